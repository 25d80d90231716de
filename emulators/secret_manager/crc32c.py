"""CRC-32C (Castagnoli), with which Secret Manager guards payloads."""

_POLYNOMIAL = 0x82F63B78


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = tuple(_entry(byte) for byte in range(256))


def crc32c(content: bytes) -> int:
    """The checksum, as the service gives it in `data_crc32c`."""
    state = 0xFFFFFFFF
    for byte in content:
        state = state >> 8 ^ _TABLE[(state ^ byte) & 0xFF]
    return state ^ 0xFFFFFFFF
