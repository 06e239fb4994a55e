"""Programs laid out in the arrays that the kernel reads; see `layout`."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ildsjel.engine.matching import layout
from ildsjel.engine.matching.layout import (
    ACCEPT,
    ANY,
    ATOM_BITS,
    EXACT,
    GOES_ON,
    GRAM,
    HEADER,
    NO_ATOM,
    ONE,
    PREFIX,
    RUN,
    STARTS,
    SUFFIX,
    WITHIN,
)
from ildsjel.engine.matching.programs import (
    PATTERN,
    Argument,
    Atom,
    Beside,
    Filed,
    Group,
    Program,
)
from ildsjel.engine.matching.wildcards import literals

# Hashes differ from process to process, so that nobody can write posts that collide.
_SEED: Final = secrets.randbits(62)
_LEAST_SLOTS: Final = 16
_LEAST_FILTER: Final = 64  # bits
_BITS_OF_ONE: Final = 16  # in the filter: one in sixteen others is not ruled out

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arrays:
    """A compiled segment."""

    table: Longs
    body: Ints

    @property
    def size(self) -> int:
        """Bytes."""
        return self.table.nbytes + self.body.nbytes


def lay_out(programs: Sequence[Filed]) -> Arrays:
    """The arrays of these programs; the watch of each is known by its place among them."""
    builder = _Builder()
    for filed in programs:
        builder.add(filed)
    return builder.arrays()


@dataclass(slots=True)
class _File:
    """What is filed under an atom: watches that match by it alone, and what the others ask."""

    matching: list[int] = field(default_factory=list)
    asking: list[tuple[int, Program]] = field(default_factory=list)


@dataclass(slots=True)
class _Builder:
    watches: int = 0
    atoms: dict[Atom, int] = field(default_factory=dict)
    files: dict[int, _File] = field(default_factory=lambda: defaultdict(_File))
    placed: set[int] = field(default_factory=set)
    lists: list[int] = field(default_factory=list)
    listed: dict[Group | Beside, int] = field(default_factory=dict)
    pointers: int = 1

    def add(self, filed: Filed) -> None:
        several = len(filed) > 1
        for atom, program in filed:
            file = self.files[self._atom(atom)]
            if program.entry == ACCEPT:
                file.matching.append(self.watches)
            else:
                file.asking.append((2 * self.watches + several, program))
        self.watches += 1

    def _atom(self, atom: Atom) -> int:
        return self.atoms.setdefault(atom, len(self.atoms))

    def _argument(self, argument: Argument) -> int:
        match argument:
            case None:
                return 0
            case Atom():
                return self._atom(argument)
            case _:
                return self._list(argument)

    def _list(self, argument: Group | Beside) -> int:
        known = self.listed.get(argument)
        if known is None:
            made = self._phrase(argument) if isinstance(argument, Group) else self._near(argument)
            known = self.listed[argument] = len(self.lists)
            self.lists += made
        return known

    def _phrase(self, group: Group) -> list[int]:
        numbers = [self._atom(atom) for atom in group.atoms]
        self.placed.update(numbers)
        self.pointers = max(self.pointers, len(numbers))
        return [len(numbers), *numbers]

    def _near(self, near: Beside) -> list[int]:
        sides = [[self._reference(each) for each in side] for side in (near.left, near.right)]
        head = [near.between, int(near.ordered), len(sides[0]), len(sides[1])]
        return [*head, *sides[0], *sides[1]]

    def _reference(self, spot: Atom | Group) -> int:
        if isinstance(spot, Group):
            return -1 - self._list(spot)
        number = self._atom(spot)
        self.placed.add(number)
        return number

    def arrays(self) -> Arrays:
        code, places = self._code()
        patterns = self._patterns()
        pieces = self._pieces(patterns)
        ends = np.cumsum([0, *(len(atom.key) for _, atom in patterns)])
        codes = [_pattern_code(c) for _, atom in patterns for c in atom.key]
        parts: list[Iterable[int] | Ints] = [[0], self.lists, ends, codes, code]
        body = [np.asarray(part, np.int32) for part in parts]
        begins = np.cumsum([0, *map(len, body)])
        files, begin_of = self._files(places, int(begins[-1]))
        header = self._header(len(patterns))
        header[layout.LISTS : layout.FILES + 1] = begins[1:]
        table = self._table(header, begin_of, pieces, patterns)
        return Arrays(table, np.concatenate([*body, np.asarray(files, np.int32)]))

    def _code(self) -> tuple[list[int], dict[int, int]]:
        """The instructions of all programs in the order of files, and where each program's entry
        is, by its identity."""
        code: list[int] = []
        places: dict[int, int] = {}
        for file in self.files.values():
            for _, program in file.asking:
                if id(program) not in places:
                    base = len(code)
                    for operation, argument, then, otherwise in program.code:
                        code.append(operation + 4 * self._argument(argument))
                        code += (_moved(then, base), _moved(otherwise, base))
                    places[id(program)] = _moved(program.entry, base)
        return code, places

    def _files(self, places: dict[int, int], begin: int) -> tuple[list[int], dict[int, int]]:
        """All files after one another, and where that of each atom begins in the body."""
        files: list[int] = []
        begin_of: dict[int, int] = {}
        for atom, file in self.files.items():
            begin_of[atom] = begin + len(files)
            files += (len(file.matching), len(file.asking), *file.matching)
            for watch, program in file.asking:
                files += (watch, places[id(program)])
        return files, begin_of

    def _header(self, patterns: int) -> Longs:
        header = np.zeros(HEADER, np.int64)
        header[layout.SEED] = _SEED
        header[layout.ATOMS] = len(self.atoms)
        header[layout.WATCHES] = self.watches
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

    def _pieces(self, patterns: Sequence[tuple[int, Atom]]) -> dict[Atom, int]:
        """The pieces of patterns that are looked for, with their lists of patterns."""
        by_piece: dict[Atom, list[int]] = defaultdict(list)
        for number, (_, atom) in enumerate(patterns):
            text = _gram(atom.key)
            by_piece[atom._replace(how=GRAM + len(text), key=text)].append(number)
        begins = {}
        for piece, numbers in by_piece.items():
            begins[piece] = len(self.lists)
            self.lists += (len(numbers), *numbers)
        return begins

    def _table(
        self,
        header: Longs,
        begin_of: dict[int, int],
        pieces: dict[Atom, int],
        patterns: Sequence[tuple[int, Atom]],
    ) -> Longs:
        """The header, the hash table and the values of patterns."""
        values = {
            atom: number
            | begin_of.get(number, 0) << ATOM_BITS
            | layout.PLACED * (number in self.placed)
            for atom, number in self.atoms.items()
        }
        of_patterns = [values.pop(atom) for _, atom in patterns]
        hashes, held, filtered = _hashed(_with_runs(values), pieces)
        slots = max(_LEAST_SLOTS, 1 << (3 * len(held) // 2).bit_length())
        header[layout.SHIFT] = 65 - slots.bit_length()
        header[layout.MASK] = slots - 1
        header[layout.FILTER] = HEADER + 2 * slots
        filter_size = _filter_size(len(filtered))
        header[layout.FILTER_MASK] = filter_size - 1
        header[layout.PATTERN_VALUES] = HEADER + 2 * slots + filter_size
        rest = np.zeros(2 * slots + filter_size, np.int64)
        table = np.concatenate([header, rest, np.array(of_patterns, np.int64)])
        _kernel().fill_table(hashes, held, table)
        _kernel().fill_filter(filtered, table)
        return table


def _filter_size(keys: int) -> int:
    """Numbers of 64 bits: a power of two."""
    return max(_LEAST_FILTER, 1 << (_BITS_OF_ONE * keys).bit_length()) // 64


def _moved(target: int, base: int) -> int:
    """Instructions are three numbers long; ACCEPT and REJECT stay what they are."""
    return base + 3 * target if target >= 0 else target


def _gram(pattern: str) -> str:
    """What every token that fits the pattern holds: the beginning of its longest literal."""
    longest = max(literals(pattern), key=len)
    return longest[: layout.LONGEST_GRAM]


def _pattern_code(character: str) -> int:
    return {"*": ANY, "?": ONE}.get(character, ord(character))


def _with_runs(values: dict[Atom, int]) -> dict[Atom, int]:
    """The values with those that lead to runs: their words, and their beginnings."""
    whole = dict(values)
    for atom in values:
        if atom.how != RUN:
            continue
        words = atom.key.split(" ")
        for number, word in enumerate(words):
            exact = atom._replace(how=EXACT, key=word)
            whole[exact] = whole.get(exact, NO_ATOM) | (WITHIN if number else STARTS)
        for length in range(2, len(words)):
            shorter = atom._replace(key=" ".join(words[:length]))
            whole[shorter] = whole.get(shorter, NO_ATOM) | GOES_ON
    return whole


def _hashed(values: dict[Atom, int], pieces: dict[Atom, int]) -> tuple[Longs, Longs, Longs]:
    """The hashes of all keys, what they stand for, and which of them the filter is to let by."""
    tokens = [atom for atom in values if atom.how != RUN]
    runs = [atom for atom in values if atom.how == RUN]
    hash_of = dict(zip(tokens, _token_hashes(tokens).tolist(), strict=True))
    for blanks in range(1, layout.LONGEST_RUN):
        some = [atom for atom in runs if atom.key.count(" ") == blanks]
        hash_of |= zip(some, _run_hashes(some, hash_of).tolist(), strict=True)
    of_pieces = _token_hashes(list(pieces)).tolist()
    found = [*hash_of.values(), *of_pieces]
    held = [*(values[atom] for atom in hash_of), *pieces.values()]
    filtered = [hash_of[atom] for atom in tokens if atom.how in {PREFIX, SUFFIX}] + of_pieces
    return np.array(found, np.int64), np.array(held, np.int64), np.array(filtered, np.int64)


def _token_hashes(atoms: Sequence[Atom]) -> Longs:
    text = "".join(atom.key for atom in atoms)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32).copy()
    ends = np.cumsum([len(atom.key) for atom in atoms], dtype=np.int32)
    about = np.array([atom[:4] for atom in atoms], np.int32).reshape(-1, 4)
    found = np.zeros(len(atoms), np.int64)
    _kernel().hash_keys(_SEED, codes, ends, about, found)
    return found


def _run_hashes(atoms: Sequence[Atom], known: dict[Atom, int]) -> Longs:
    """Hashes of runs of one length, where those of the shorter ones are known."""
    before, last = [], []
    for atom in atoms:
        head, _, word = atom.key.rpartition(" ")
        how = RUN if " " in head else EXACT
        before.append(known[atom._replace(how=how, key=head)])
        last.append(known[atom._replace(how=EXACT, key=word)])
    found = np.zeros(len(atoms), np.int64)
    _kernel().hash_runs(np.array(before, np.int64), np.array(last, np.int64), found)
    return found


def _kernel() -> ModuleType:
    from ildsjel.engine.matching import kernel_looking

    return kernel_looking
