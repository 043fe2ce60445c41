"""Opens office documents that are locked with a password: an encrypted archive in another one."""

from __future__ import annotations

import io

from briefqa.errors import LoadError, PasswordNeeded

LIBRARIES: tuple[str, ...] = (
    "msoffcrypto.format.ooxml",
    "cryptography.hazmat.backends.openssl.backend",  # these two it imports when first used
    "xml.dom.expatbuilder",
)


def unlocked(data: bytes, password: str) -> bytes:
    """The document as it was before it was locked; raises LoadError with one sentence."""
    if not password:
        raise PasswordNeeded()
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
    from msoffcrypto.format.ooxml import OOXMLFile

    result = io.BytesIO()
    try:
        file = OOXMLFile(io.BytesIO(data))
        file.load_key(password=password, verify_password=True)
        file.decrypt(result)
    except InvalidKeyError as error:
        raise PasswordNeeded(wrong=True) from error
    except (DecryptionError, FileFormatError) as error:
        raise LoadError("it is locked in a way that cannot be read") from error
    return result.getvalue()
