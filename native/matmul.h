// Matrix products: what they are of, and the three ways to compute them that are ours.
#pragma once

#include <cstdint>

namespace distiltune {

/** A float matrix: element (lane, k) is data[lane * stride + k] where `along`, else data[k * stride + lane]. */
struct Operand {
  const float* data;
  int64_t stride;
  int64_t lanes;
  bool along;
};

/*
 * Each computes c [a.lanes, b.lanes], c(i, j) = the sum over k in [0, inner) of a(i, k) b(j, k); nothing of that is 0. They return false
 * where there is no memory. How the sum goes depends on `inner` alone, not on the number of threads or on other rows and columns.
 */

/** In float, in the order of k. b.lanes is a multiple of 16. Faster than TensorFlow's where its own uses one thread. */
bool smallProduct(const Operand& a, const Operand& b, int64_t inner, float* c);
bool hasSmallProduct();

/** Of elements rounded to bfloat16, summed in float. */
bool bfloat16Product(const Operand& a, const Operand& b, int64_t inner, float* c);
bool hasBfloat16Product();

/**
 * By the tiles of AMX, which multiply bfloat16 and sum in float.
 *
 * One part: elements are rounded to bfloat16. Three parts: a float is the sum of three bfloat16, each the nearest to what those before it
 * leave, and of the nine products of parts those six are added up that count in a float. What is left out is under 2^-25 of the whole
 * product, and the sum over 32 k is made before it is added to the others: the result is as near to the exact one as a float product's.
 * It is finite where every a b and the sums are; an infinite element makes its row or column NaN, and parts under 2^-126 count as 0.
 * (Henry, Tang, Heinecke: Leveraging the bfloat16 Artificial Intelligence Datatype For Higher-Precision Computations, 2019.)
 */
bool tileProduct(int parts, const Operand& a, const Operand& b, int64_t inner, float* c);

/** Whether processor and system let this process compute with tiles; asks them once. */
bool hasTiles();

}  // namespace distiltune
