"""Mutants that change nothing anybody could notice, each with the reason. They are not counted."""

from __future__ import annotations

from build.upkeep.mutations import Mutation

# (file, the line's words, change): why. The change is as `mutants` prints it.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    (
        "kernels/ir/passes.py",
        "if mask.op is Op.NE and mask.args[0].dtype is not DType.F32:  # SIMD compares integers for equality only",
        "0 -> (1)",
    ): "both sides of a comparison are of one type",
    (
        "kernels/dense/network_forward.py",
        "if tile_rows <= 0 or tile_rows % 8:",
        "0 -> (1)",
    ): "1 is no multiple of 8, so it is refused with the same words",
    (
        "kernels/ir/interpret.py",
        "operands = [np.full(1, constant_value(arg), arg.dtype.numpy) for arg in node.args]",
        "1 -> (2)",
    ): "twice the same number, and the first result is taken",
    (
        "kernels/trace/division.py",
        "_BELOW_ONE = 1.0 - 2.0**-21",
        "21 -> (22)",
    ): "four roundings are (1 + 2**-24)**4, which times 1 - 2**-22 is below 1 as well",
    (
        "kernels/wasm/remainder.py",
        "f.local_tee(rest)",
        "f.local_tee(rest) -> pass",
    ): "a quotient of two f32 below 2**28 lies 2**-24 or more from an integer, so f64 never rounds it up to one",
    (
        "memory/work_queue.py",
        "self._memory.store(self._word, (job & _JOB_MASK) << 2 * _SHARE_BITS | count << _SHARE_BITS)",
        "2 -> (3)",
    ): "where the word of a later job is the same, its share is drawn, and that job's arguments are read after it",
    (
        "memory/work_queue.py",
        "ARGUMENTS = 1  # and the words behind it: what the job's shares have in common",
        "1 -> (2)",
    ): "the job has a line of 16 words, of which 10 are used then, and both ends find the arguments by this one",
    (
        "memory/work_queue.py",
        "self._number = signed(self._number + 1) or 1  # 0 is what zeroed memory says is done",
        "1 -> (2)",
    ): "numbers of jobs have to differ, and not to be 0: both do with either 2",
    (
        "memory/mirror.py",
        "self._version = memory.load(self._version_word) - 1  # so that the first look finds news",
        "memory.load(self._version_word) - 1 -> (memory.load(self._version_word) + 1)",
    ): "any other number than the one that is there",
    (
        "memory/mirror.py",
        "self._version = memory.load(self._version_word) - 1  # so that the first look finds news",
        "1 -> (2)",
    ): "any other number than the one that is there",
    (
        "runtimes/trainer/archive.py",
        "NEWEST = 2**64 - 1  # above every generation",
        "1 -> (2)",
    ): "above every generation, too",
    (
        "runtimes/trainer/archive.py",
        "NEWEST = 2**64 - 1  # above every generation",
        "2**64 - 1 -> (2 ** 64 + 1)",
    ): "above every generation, too",
    (
        "kernels/wasm/remainder.py",
        "for take in ([0, 1, 0, 1], [2, 3, 2, 3]):",
        "2 -> (3)",
    ): "of the four lanes the first two are promoted, and the last two are there to fill the vector",
    (
        "kernels/wasm/remainder.py",
        "f.local_set(rest)",
        "f.local_set(rest) -> pass",
    ): "a quotient of two f32 below 2**28 lies 2**-24 or more from an integer, so f64 never rounds it up to one",
    (
        "kernels/trace/entries.py",
        "if nodes[0].dtype is DType.F32 and to is not DType.F32:",
        "0 -> (1)",
    ): "all of them are of one type",
    (
        "kernels/trace/choices.py",
        "return None if (bound <= limits.min if below else bound >= limits.max) else bound",
        "bound >= limits.max -> (bound > limits.max)",
    ): "no value lies above the largest",
    (
        "kernels/wasm/module.py",
        "if place < len(before) or binary[place] != _SHARED or binary.find(before, place) >= 0:",
        "0 -> (1)",
    ): "it looks behind the first place, which is no longer the first byte",
    (
        "memory/access.py",
        "return (value + _WORD_SIGN) % _WORD_RANGE - _WORD_SIGN",
        "value + _WORD_SIGN -> (value - _WORD_SIGN)",
    ): "they lie a whole range apart",
    (
        "learn/files/dshr.py",
        "raw = unpacker.decompress(packed, size + 1)",
        "1 -> (2)",
    ): "a byte too much is enough to see that it is too much, and so are two",
    (
        "kernels/wasm/scheduling.py",
        "Op.FMOD: 60,",
        "60 -> (61)",
    ): "far more than all others, of which only the proportions matter",
    (
        "kernels/dense/product_tile.py",
        "TILE_RESULTS: Final = 4",
        "4 -> (5)",
    ): "how many results are summed side by side changes none of them",
    (
        "learn/files/safetensors.py",
        "for name, (_, start, end) in sorted(spans.items(), key=lambda item: item[1][1:]):",
        "1 -> (2)",
    ): "no tensor is empty, so their ends are in the order of their beginnings",
    (
        "memory/work_queue.py",
        "if now_s - heard_s > SILENCE_S:",
        "now_s - heard_s > SILENCE_S -> (now_s - heard_s >= SILENCE_S)",
    ): "no two clocks are that equal",
    (
        "learn/ppo/hyper.py",
        "share = max(LEAST_SHARE, math.sqrt(SETTLE_UPDATES / updates)) if updates > SETTLE_UPDATES else 1.0",
        "updates > SETTLE_UPDATES -> (updates >= SETTLE_UPDATES)",
    ): "the root of 1 is 1",
    (
        "learn/ppo/scales.py",
        "return value if abs(value) <= LARGEST or math.isnan(value) else math.copysign(LARGEST, value)",
        "abs(value) <= LARGEST -> (abs(value) < LARGEST)",
    ): "the largest stays the largest",
}

# Words of a region that come first: an offset of 0 may be taken away as well as added.
FIRST_WORDS = frozenset({
    "HeaderWord.MAGIC", "ControlWord.RUN", "ChunkWord.SEQUENCE", "ProducerWord.HEAD", "ConsumerWord.TAIL",
    "RunWord.EPOCH", "TallyWord.ID", "WeightsWord.ACTIVE_IDX", "SlotWord.VERSION", "JobWord.NUMBER",
})  # fmt: skip


def reason(file: str, mutation: Mutation) -> str:
    """Why this one changes nothing; "" where it should be noticed."""
    _, plus, word = mutation.before.rpartition(" + ")
    if plus and word in FIRST_WORDS and mutation.after.endswith(f" - {word})"):
        return "it is word 0"
    return EQUIVALENT.get((file, mutation.words, mutation.change), "")
