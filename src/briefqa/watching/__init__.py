"""Questions that keep watch: asked again after a build, they tell what has changed."""
