// Elementwise functions, written without branches so that loops over them become vector code.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace distiltune {

template <typename To, typename From>
inline To bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "same size");
  To to;
  std::memcpy(&to, &from, sizeof(To));
  return to;
}

/** e^x to two units in the last place; 0 below -87.3. Range reduction by powers of two, then Taylor's series. */
inline float exponential(float x) {
  const float clamped = x < -87.3f ? -87.3f : (x > 88.0f ? 88.0f : x);
  // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
  constexpr float kShift = 12582912.0f;
  const float shifted = clamped * 1.44269504088896341f + kShift;
  const float whole = shifted - kShift;
  const float r = (clamped - whole * 0.693359375f) + whole * 2.12194440e-4f;
  float sum = 1.0f / 5040;
  sum = sum * r + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const int32_t exponent = bits<int32_t>(shifted) - bits<int32_t>(kShift) + 127;
  const float power = bits<float>(exponent << 23);
  return x < -87.3f ? 0.0f : sum * power;
}

struct Normal {
  /** Phi(x), the normal distribution function. */
  float cdf;
  /** phi(x), its density. */
  float density;
};

/**
 * Phi and phi. With t = 1 / (1 + 0.46 z), erfc(z) = exp(-z^2) t P(t) in the manner of Abramowitz & Stegun 7.1.26; our own
 * P of degree 6 keeps within 4e-9, so that what remains is float's rounding (test/parity/normal.py made it).
 */
inline Normal normal(float x) {
  const float z = std::fabs(x) * 0.70710678118654752f;
  const float e = exponential(-0.5f * x * x);
  const float t = 1.0f / (1.0f + 0.46f * z);
  float p = 0.09017743646507048f;
  p = p * t - 0.4543092004701602f;
  p = p * t + 0.72097339591048f;
  p = p * t - 0.23400066224019875f;
  p = p * t + 0.3865290887471998f;
  p = p * t + 0.2285304845779743f;
  p = p * t + 0.26209945802292384f;
  const float tail = 0.5f * e * t * p;
  return {x < 0.0f ? tail : 1.0f - tail, e * 0.39894228040143268f};
}

/**
 * Dropout as a function of two seed words and an element's number: nothing is kept of it between the passes. A thread copies
 * it before its loops: of one that lies elsewhere its members are read anew for each element, and there is no vector code.
 */
struct Dropout {
  uint32_t seed0;
  uint32_t seed1;
  /** Below it, of 2^32, an element is dropped. */
  uint32_t threshold;
  /** 1 / (1 - rate): what is kept is multiplied by it. */
  float scale;

  Dropout(float rate, const int32_t* seed)
      : seed0(static_cast<uint32_t>(seed[0])),
        seed1(static_cast<uint32_t>(seed[1])),
        threshold(static_cast<uint32_t>(static_cast<double>(rate) * 4294967296.0)),
        scale(1.0f / (1.0f - rate)) {}

  bool any() const { return threshold != 0; }

  /** 0 or `scale`. Two rounds of 32-bit mixing (multiply, xor-shift), a seed word before each. */
  float factor(uint32_t element) const {
    uint32_t h = element ^ seed0;
    h = (h ^ (h >> 16)) * 0x7feb352du;
    h = (h ^ (h >> 15)) * 0x846ca68bu;
    h = (h ^ (h >> 16)) + seed1;
    h = (h ^ (h >> 16)) * 0x7feb352du;
    h = (h ^ (h >> 15)) * 0x846ca68bu;
    h ^= h >> 16;
    return h < threshold ? 0.0f : scale;
  }
};

}  // namespace distiltune
