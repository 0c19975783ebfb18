"""Unpack the streams of a compound file, the container of .doc and .wps."""

import struct

_FREE = 0xFFFF_FFF0
_ENTRY = 128


class DamagedContainer(Exception):
    """Say that a compound file's own tables lead nowhere."""


class CompoundFile:
    """Find streams by name; a chain of sectors that leads out of the file or round in a circle is damage."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._size = 1 << struct.unpack_from("<H", data, 30)[0]
            self._mini_size = 1 << struct.unpack_from("<H", data, 32)[0]
            first, _, self._cutoff, first_mini, _, first_more, _ = struct.unpack_from("<7I", data, 48)
            if self._size not in {512, 4096} or self._mini_size != 64:
                raise DamagedContainer("sector size")
            self._next = self._allocation(first_more)
            self._directory = self._chain(first)
            self._mini_next = self._numbers(self._chain(first_mini)) if first_mini < _FREE else ()
            self._mini = self._chain(struct.unpack_from("<I", self._directory, 116)[0])
        except (struct.error, IndexError) as error:
            raise DamagedContainer(str(error)) from error

    def stream(self, name: str) -> bytes | None:
        """Return a stream, None where there is none of the name."""
        wanted = (name + "\0").encode("utf-16-le")
        for at in range(0, len(self._directory) - _ENTRY + 1, _ENTRY):
            length = struct.unpack_from("<H", self._directory, at + 64)[0]
            if self._directory[at : at + length] == wanted:
                start, size = struct.unpack_from("<II", self._directory, at + 116)
                return (self._chain(start) if size >= self._cutoff else self._mini_chain(start))[:size]
        return None

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise DamagedContainer("sector outside")
        return self._data[start : start + self._size]

    def _allocation(self, first_more: int) -> tuple[int, ...]:
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        most = len(self._data) // self._size + 1
        while first_more < _FREE and len(numbers) <= most + 109:
            *more, first_more = self._numbers(self._sector(first_more))
            numbers += more
        return self._numbers(
            b"".join(self._sector(number) for number in numbers[: most + 109] if number < _FREE)
        )

    def _chain(self, start: int) -> bytes:
        parts: list[bytes] = []
        while start < _FREE:
            if len(parts) > len(self._data) // self._size:
                raise DamagedContainer("circle")
            parts.append(self._sector(start))
            start = self._next[start]
        return b"".join(parts)

    def _mini_chain(self, start: int) -> bytes:
        parts: list[bytes] = []
        while start < _FREE:
            if len(parts) > len(self._mini) // self._mini_size:
                raise DamagedContainer("circle")
            parts.append(self._mini[start * self._mini_size : (start + 1) * self._mini_size])
            try:
                start = self._mini_next[start]
            except IndexError as error:
                raise DamagedContainer("short table") from error
        return b"".join(parts)

    @staticmethod
    def _numbers(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
