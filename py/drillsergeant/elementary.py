"""exp, log, tanh, sin, cos, arctan2 and random numbers from basic operations only.

Every function is elementwise over arrays of any shape and uses nothing but IEEE basic operations
(`+ - * /`, min, max, rounding, integer bit operations), so that NumPy and the WebAssembly traced from
the very same lines agree bit for bit on every machine. A C library's `tanhf` would not.
Python floats are weak in NumPy >= 2: `x * 0.5` stays f32.

Inputs are clamped to where the result is a finite normal number: finite in, finite out.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

# The dtype (f32, i32, u32 or mask) is stated in docstrings and checked when a function is traced: NumPy's stubs
# call `float32 * float` "some floating" and `uint32 ^ int` signed, so a dtype here would need a cast every other line.
Array: TypeAlias = npt.NDArray[Any]

EXP_MIN, EXP_MAX = -87.0, 88.0
LOG_MIN = 1.1754943508222875e-38  # smallest normal f32
TANH_MAX = 7.0
TURN_MAX_RAD = 8192.0


def exp(x: Array) -> Array:
    """e**x, f32 -> f32 of the same shape; relative error < 2e-7.

    x is clamped to [-87, 88], so the result is never 0, denormal or infinite.
    Coefficients: Cephes `expf` (S. Moshier).
    """
    x = np.minimum(np.maximum(x, EXP_MIN), EXP_MAX)
    n = np.rint(x * 1.44269504088896341)
    r = x - n * 0.693359375
    r = r + n * 2.12194440e-4
    p = r * 1.9875691500e-4 + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    p = p * (r * r) + r + 1.0
    result: Array = p * ((n.astype(np.int32) + 127) << 23).view(np.float32)
    return result


def log(x: Array) -> Array:
    """Natural logarithm, f32 -> f32 of the same shape; relative error < 3e-7.

    x is clamped from below to the smallest normal f32 (log = -87.3), zero and negatives included.
    Coefficients: FreeBSD `logf`.
    """
    bits = np.maximum(x, LOG_MIN).view(np.int32)
    exponent = (bits - 0x3F3504F3) >> 23  # x = 2**exponent * m with m in [sqrt(1/2), sqrt(2))
    f = (bits - (exponent << 23)).view(np.float32) - 1.0
    s = f / (f + 2.0)
    z = s * s
    w = z * z
    even = w * (w * 0.24279078841209412 + 0.40000972151756287)
    odd = z * (w * 0.2849878668785095 + 0.6666666269302368)
    half_square = f * f * 0.5
    k = exponent.astype(np.float32)
    result: Array = s * (half_square + (even + odd)) + k * 9.0580006145e-06 - half_square + f + k * 0.69313812256
    return result


def tanh(x: Array) -> Array:
    """Hyperbolic tangent, f32 -> f32 of the same shape; 16 operations, relative error < 2e-6, |result| < 1.

    One decision of the policy takes 128 of these, hence a rational function in x with few terms
    (minimax fit of degree 7 over 6 on [-7, 7], odd by construction) instead of one exact to the last bit.
    """
    x = np.minimum(np.maximum(x, -TANH_MAX), TANH_MAX)
    z = x * x
    over = x * (((z + 573.8656005859375) * z + 30837.052734375) * z + 250258.828125)
    under = ((z * 36.03334426879883 + 5293.38037109375) * z + 114254.8125) * z + 250259.078125
    result: Array = over / under
    return result


def sin_cos(x: Array) -> tuple[Array, Array]:
    """(sin x, cos x) of an angle in radians, f32 -> two f32 of the same shape; absolute error < 2e-7.

    x is clamped to +-8192 rad; the reduction by pi/2 in three parts is exact enough up to there.
    Coefficients: Cephes `sinf` and `cosf`.
    """
    x = np.minimum(np.maximum(x, -TURN_MAX_RAD), TURN_MAX_RAD)
    k = np.rint(x * 0.6366197723675814)
    r = x - k * 1.5703125
    r = r - k * 4.837512969970703125e-4
    r = r - k * 7.54978995489188216e-8
    z = r * r
    sin_r = ((z * -1.9515295891e-4 + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r
    cos_r = ((z * 2.443315711809948e-5 - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - z * 0.5 + 1.0
    quarter = k.astype(np.int32)
    swapped = (quarter & 1) != 0
    sine = np.where(swapped, cos_r, sin_r).view(np.int32) ^ ((quarter & 2) << 30)
    cosine = np.where(swapped, sin_r, cos_r).view(np.int32) ^ (((quarter + 1) & 2) << 30)
    return sine.view(np.float32), cosine.view(np.float32)


def arctan2(y: Array, x: Array) -> Array:
    """Angle in radians of the direction (x, y), f32, f32 -> f32 of the broadcast shape in [-pi, pi]; error < 3e-7.

    Both are meant to be finite; (0, 0) has the angle 0. Coefficients: Cephes `atanf`.
    """
    across, along = np.abs(y), np.abs(x)
    longer, shorter = np.maximum(across, along), np.minimum(across, along)
    slope = shorter / np.where(longer == 0.0, 1.0, longer)  # 0 to 1
    upper = slope > 0.41421356237309503  # tan(pi / 8): beyond it, turn by pi / 4
    slope = np.where(upper, (slope - 1.0) / (slope + 1.0), slope)
    z = slope * slope
    series = ((z * 8.05374449538e-2 - 1.38776856032e-1) * z + 1.99777106478e-1) * z - 3.33329491539e-1
    angle = series * z * slope + slope
    angle = np.where(upper, angle + 0.7853981633974483, angle)
    angle = np.where(across > along, 1.5707963267948966 - angle, angle)
    angle = np.where(x < 0.0, 3.141592653589793 - angle, angle)
    result: Array = np.where(y < 0.0, -angle, angle)
    return result


def hash_u32(seed: Array, *words: Array | int) -> Array:
    """32 random-looking bits from a seed and a counter: u32 -> u32 of the broadcast shape.

    `seed` is u32; each further word is u32 or a Python int in [0, 2**32). The order of the words matters.
    A stateless generator: the same words give the same bits everywhere, so no stream has to be carried along.
    Mixing function: "lowbias32" (C. Wellons, hash-prospector).
    """
    bits = _mix(seed + 0x9E3779B9)  # mixing once before the first word keeps (1, 0) and (0, 1) apart
    for word in words:
        bits = _mix(bits ^ word)
    return bits


def uniform(bits: Array) -> Array:
    """Number in [0, 1) from the upper 24 of 32 random bits: u32 -> f32 of the same shape, exact multiples of 2**-24."""
    result: Array = (bits >> 8).astype(np.float32) * 5.9604644775390625e-08
    return result


def _mix(bits: Array) -> Array:
    """Permute u32 so that each input bit flips each output bit about half of the time."""
    bits = bits ^ (bits >> 16)
    bits = bits * 0x7FEB352D
    bits = bits ^ (bits >> 15)
    bits = bits * 0x846CA68B
    mixed: Array = bits ^ (bits >> 16)
    return mixed
