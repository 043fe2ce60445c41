"""An index kept in Milvus: Milvus Lite in a file, one server, or a cluster; see docs/scale.md."""
