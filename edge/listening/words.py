"""What is wrong with a microphone, in words for people.

Owns the wording. Must not judge a microphone: ``truth`` does.
"""

from __future__ import annotations

from edge.listening.truth import Kind
from edge.rules.reasons import Sentence

KINDS: dict[Kind, Sentence] = {
    "silent": Sentence("micro mở nhưng không có tiếng", "open but silent"),
    "stuck": Sentence("tín hiệu đứng yên", "its value does not move"),
    "clipping": Sentence("quá tải, méo tiếng", "clipping"),
    "hum": Sentence("ù nguồn", "hum"),
    "howl": Sentence("hú", "howling"),
}
