// What a kernel sees of TensorFlow's C API: its inputs, its outputs, and a way to refuse.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace distiltune {

/** One call of a kernel. Inputs are read in the order in which the op lists them. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {
    const int count = TF_NumInputs(context);
    inputs_.resize(count, nullptr);
    for (int i = 0; i < count; i++) TF_GetInput(context, i, &inputs_[i], status_);
  }
  ~Call() {
    for (TF_Tensor* input : inputs_)
      if (input) TF_DeleteTensor(input);
    TF_DeleteStatus(status_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  int inputs() const { return static_cast<int>(inputs_.size()); }
  const float* floats(int i) const { return static_cast<const float*>(TF_TensorData(inputs_[i])); }
  const int32_t* ints(int i) const { return static_cast<const int32_t*>(TF_TensorData(inputs_[i])); }
  /** For ops that update in place: only tensors that nobody else reads meanwhile may come here. */
  float* mutableFloats(int i) const { return static_cast<float*>(TF_TensorData(inputs_[i])); }
  int64_t dim(int i, int axis) const { return TF_Dim(inputs_[i], axis); }
  int64_t size(int i) const { return TF_TensorElementCount(inputs_[i]); }

  /** Memory of output `i`; null when there is none, and then the call has failed. */
  float* output(int i, std::initializer_list<int64_t> shape) {
    int64_t elements = 1;
    for (const int64_t d : shape) elements *= d;
    TF_Tensor* tensor = TF_AllocateOutput(context_, i, TF_FLOAT, const_cast<int64_t*>(shape.begin()),
                                          static_cast<int>(shape.size()), elements * sizeof(float), status_);
    if (TF_GetCode(status_) != TF_OK) {
      TF_OpKernelContext_Failure(context_, status_);
      return nullptr;
    }
    float* data = static_cast<float*>(TF_TensorData(tensor));
    TF_DeleteTensor(tensor);
    return data;
  }

  /** Refuses the call unless `holds`: shapes that do not fit must never reach a pointer. */
  bool require(bool holds, const char* message) {
    if (holds) return true;
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
    TF_OpKernelContext_Failure(context_, status_);
    return false;
  }

 private:
  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> inputs_;
};

/** Makes of a kernel what TensorFlow calls. */
template <void (*kernel)(Call&)>
void compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  kernel(call);
}

/** An op as TensorFlow is told of it. `run` is called on the thread that asks for the op. */
struct Op {
  const char* name;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  /** `N: int` and the like, for lists. */
  std::vector<const char*> attributes;
  void (*run)(void*, TF_OpKernelContext*);
};

}  // namespace distiltune
