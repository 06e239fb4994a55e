"""Train the model of `ildsjel.engine.language` and write it into the package.

    python -m tools.language --texts FOLDER --mediawiki FOLDER --udhr FOLDER --wikipedia FOLDER
        --subtitles FOLDER --emoji FOLDER --dictionaries FOLDER --software FOLDER
        --home_assistant FOLDER

`docs/language-model.md` says what the folders hold and where each comes from. The same sources and
the same seed give the same model.
"""

import argparse
from pathlib import Path

import numpy as np

from ildsjel.engine.language import model as shipped
from tools.language import corpus, held_out, learning

TARGET = Path(shipped.__file__).with_name("model.npz")


def main() -> None:
    options = _options()
    places = corpus.Places(
        **{name: getattr(options, name) for name in corpus.Places.__annotations__}
    )
    data, times, lexicon = corpus.build(places, options.seed)
    net = learning.train(data, times, lexicon, options.epochs, options.seed)
    calibrated = held_out.calibrated(learning.quantised(net), places)
    np.savez_compressed(options.output, **calibrated)
    print(f"{options.output}: {options.output.stat().st_size / 1e6:.2f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.language", description=__doc__)
    for name in corpus.Places.__annotations__:
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=TARGET)
    return parser.parse_args()


if __name__ == "__main__":
    main()
