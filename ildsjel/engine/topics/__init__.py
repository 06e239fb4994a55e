"""Learning topics and desks from text: few examples, any language of the North, with reasons.

    model = train([Example("Hullet i veien er tilbake", "roads"), …])
    [suggestion] = model.predict(["Når kommer brøytebilen?"])
    explain(model, "Når kommer brøytebilen?")      # the words that weighed most
    model.correct("Når kommer brøytebilen?", "roads", key="message 7")
    model.forget("message 7")
    data = to_bytes(model); model = from_bytes(data)

A suggestion comes after the rules of `engine.routing`: rules decide, what is learned suggests, and
is carried out without a person only where `Suggestion.automatic` holds. How it works, how well, and
what it can't do: docs/topics.md.
"""

from ildsjel.engine.topics.calibration import Calibration
from ildsjel.engine.topics.explaining import Reason, explain
from ildsjel.engine.topics.model import Encoder, Example, Suggestion, TopicModel, train
from ildsjel.engine.topics.storing import from_bytes, to_bytes

__all__ = [
    "Calibration",
    "Encoder",
    "Example",
    "Reason",
    "Suggestion",
    "TopicModel",
    "explain",
    "from_bytes",
    "to_bytes",
    "train",
]
