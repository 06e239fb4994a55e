"""Programs laid out in the arrays that the kernel reads; see `layout`."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.layout import ANY, GRAM, ONE, PREFIX, SUFFIX
from ildsjel.engine.matching.programs import PATTERN, Argument, Atom, Beside, Group, Program
from ildsjel.engine.matching.wildcards import literals

# Hashes differ from process to process, so that nobody can write posts that collide.
_SEED: Final = secrets.randbits(62)
_LEAST_SLOTS: Final = 16
_LONGEST_GRAM: Final = 3

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Arrays:
    """A compiled segment."""

    header: NDArray[np.int64]
    keys: NDArray[np.uint64]
    body: Ints

    @property
    def size(self) -> int:
        """Bytes."""
        return self.header.nbytes + self.keys.nbytes + self.body.nbytes


def lay_out(programs: Sequence[Program]) -> Arrays:
    """The arrays of these programs; the watch of each is known by its place among them."""
    builder = _Builder()
    for program in programs:
        builder.add(program)
    return builder.arrays()


@dataclass(slots=True)
class _Builder:
    atoms: dict[Atom, int] = field(default_factory=dict)
    placed: set[int] = field(default_factory=set)
    filed: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    entries: list[int] = field(default_factory=list)
    code: list[int] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    pointers: int = 1

    def add(self, program: Program) -> None:
        base = len(self.code)
        watch = len(self.entries)
        for operation, argument, then, otherwise in program.code:
            self.code += (
                operation,
                self._argument(argument),
                _moved(then, base),
                _moved(otherwise, base),
            )
        self.entries.append(_moved(program.entry, base))
        for atom, partner in program.filed:
            other = self._atom(partner) if partner else -1
            self.filed[self._atom(atom)].append((other, watch))

    def _atom(self, atom: Atom) -> int:
        return self.atoms.setdefault(atom, len(self.atoms))

    def _argument(self, argument: Argument) -> int:
        match argument:
            case None:
                return 0
            case Group(atoms):
                return self._phrase(atoms)
            case Beside():
                return self._near(argument)
            case _:
                return self._atom(argument)

    def _phrase(self, atoms: Sequence[Atom]) -> int:
        numbers = [self._atom(atom) for atom in atoms]
        self.placed.update(numbers)
        self.pointers = max(self.pointers, len(atoms))
        self.lists += (len(atoms), *numbers)
        return len(self.lists) - len(atoms) - 1

    def _near(self, near: Beside) -> int:
        sides = [[self._reference(each) for each in side] for side in (near.left, near.right)]
        listed = len(self.lists)
        self.lists += (near.between, near.ordered, len(sides[0]), len(sides[1]))
        self.lists += sides[0] + sides[1]
        return listed

    def _reference(self, spot: Atom | Group) -> int:
        if isinstance(spot, Group):
            return -1 - self._phrase(spot.atoms)
        number = self._atom(spot)
        self.placed.add(number)
        return number

    def arrays(self) -> Arrays:
        found, held = self._table()
        slots = max(_LEAST_SLOTS, 1 << (3 * len(held)).bit_length())
        files = [self.filed.get(number, []) for number in range(len(self.atoms))]
        patterns = self._patterns()
        ends = np.cumsum([0, *(len(atom.key) for _, atom in patterns)])
        codes = [_pattern_code(c) for _, atom in patterns for c in atom.key]
        values = np.full(slots, -1, np.int32)
        keys = np.zeros(slots, np.uint64)
        shift = 65 - slots.bit_length()
        _kernel_fill(found, held, shift, keys, values)
        parts: list[Iterable[int] | Ints] = [
            values,
            [number in self.placed for number in range(len(self.atoms))],
            np.cumsum([0, *map(len, files)]),
            [number for pairs in files for pair in pairs for number in pair],
            self.entries,
            self.code,
            self.lists,
            [number for number, _ in patterns],
            ends,
            codes,
        ]
        body = [np.asarray(part, np.int32) for part in parts]
        header = self._header(shift, len(patterns))
        header[layout.VALUES : layout.POINTERS] = np.cumsum([0, *map(len, body)])[:-1]
        return Arrays(header, keys, np.concatenate(body))

    def _header(self, shift: int, patterns: int) -> NDArray[np.int64]:
        header = np.zeros(layout.HEADER, np.int64)
        header[layout.SEED] = _SEED
        header[layout.SHIFT] = shift
        header[layout.ATOMS] = len(self.atoms)
        header[layout.WATCHES] = len(self.entries)
        header[layout.PATTERNS] = patterns
        header[layout.POINTERS] = self.pointers
        for atom in self.atoms:
            header[layout.ZONES] |= 1 << (atom.zone + 16 * atom.nordic)
            if atom.how == PREFIX:
                header[layout.PREFIXES] |= 1 << min(len(atom.key), 62)
            elif atom.how == SUFFIX:
                header[layout.SUFFIXES] |= 1 << min(len(atom.key), 62)
            elif atom.how == PATTERN:
                header[layout.GRAMS] |= 1 << len(_gram(atom.key))
        return header

    def _patterns(self) -> list[tuple[int, Atom]]:
        return [(number, atom) for atom, number in self.atoms.items() if atom.how == PATTERN]

    def _table(self) -> tuple[NDArray[np.uint64], Ints]:
        """Hashes and what they stand for: an atom, or a list of the patterns with a piece."""
        by_gram: dict[Atom, list[int]] = defaultdict(list)
        for number, (_, atom) in enumerate(self._patterns()):
            gram = _gram(atom.key)
            by_gram[atom._replace(how=GRAM + len(gram), key=gram)].append(number)
        keyed = {atom: number for atom, number in self.atoms.items() if atom.how != PATTERN}
        for piece, numbers in by_gram.items():
            keyed[piece] = -2 - len(self.lists)
            self.lists += (len(numbers), *numbers)
        return _hashed(list(keyed)), np.fromiter(keyed.values(), np.int32, len(keyed))


def _moved(target: int, base: int) -> int:
    """Instructions are four numbers long; ACCEPT and REJECT stay what they are."""
    return base + 4 * target if target >= 0 else target


def _gram(pattern: str) -> str:
    """What every token that fits the pattern holds: the beginning of its longest literal."""
    longest = max(literals(pattern), key=len)
    return longest[:_LONGEST_GRAM]


def _pattern_code(character: str) -> int:
    return {"*": ANY, "?": ONE}.get(character, ord(character))


def _hashed(atoms: Sequence[Atom]) -> NDArray[np.uint64]:
    from ildsjel.engine.matching.kernel_reading import hash_keys

    text = "".join(atom.key for atom in atoms)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32).copy()
    ends = np.cumsum([len(atom.key) for atom in atoms], dtype=np.int32)
    about = np.array([atom[:4] for atom in atoms], np.int32).reshape(-1, 4)
    found = np.zeros(len(atoms), np.uint64)
    hash_keys(_SEED, codes, ends, about, found)
    return found


def _kernel_fill(
    found: NDArray[np.uint64], held: Ints, shift: int, keys: NDArray[np.uint64], values: Ints
) -> None:
    from ildsjel.engine.matching.kernel_reading import fill_table

    fill_table(found, held, shift, keys, values)
