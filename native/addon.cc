// A Node addon whose loading tells TensorFlow of our ops. TensorFlow's own addon must be loaded before it.
#if defined(__unix__) || defined(__APPLE__)
#include <csignal>
#include <cstdlib>
#define DISTILTUNE_SIGNALS 1
#endif

#include <string>
#include <utility>

#include "kernels.h"
#include "matmul.h"
#include "node_api.h"

namespace distiltune {
namespace {

void registerOp(const Op& op, TF_Status* status) {
  TF_OpDefinitionBuilder* const definition = TF_NewOpDefinitionBuilder(op.name);
  for (const char* attribute : op.attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char* input : op.inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : op.outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  // Some update in place: no call may be left out, made ahead or merged with another.
  TF_OpDefinitionBuilderSetIsStateful(definition, true);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, TF_ShapeInferenceContextSetUnknownShape);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_RegisterKernelBuilder(op.name, TF_NewKernelBuilder(op.name, "CPU", nullptr, op.run, nullptr), status);
}

/** An empty string, or why TensorFlow does not take the ops. */
std::string registerAll() {
  std::string reason;
  TF_Status* const status = TF_NewStatus();
  for (const auto* ops : {&activationOps, &normOps, &attentionOps, &embeddingOps, &optimizerOps, &productOps}) {
    for (const Op& op : *ops) {
      registerOp(op, status);
      if (TF_GetCode(status) == TF_OK) continue;
      reason = TF_Message(status);
      break;
    }
    if (!reason.empty()) break;
  }
  TF_DeleteStatus(status);
  return reason;
}

/** setThreads(count): how many threads the kernels may use; before the first of them runs. */
napi_value setThreadsFrom(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t threads = 0;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) == napi_ok && count == 1 &&
      napi_get_value_int32(env, argument, &threads) == napi_ok)
    distiltune::setThreads(threads);
  return nullptr;
}

/**
 * guardSignals(): has all handlers of signals that there are by now run on a stack of their own. TensorFlow's matrix products
 * (oneDNN's generated code) leave the stack pointer where what the system lays below it for a handler overwrites the heap: one
 * signal in some thousand ended the process, or worse, did not. For the thread that calls it, which is the one that gets signals.
 */
napi_value guardSignals(napi_env, napi_callback_info) {
#if defined(DISTILTUNE_SIGNALS)
  constexpr size_t kBytes = 1 << 18;
  static void* const memory = std::malloc(kBytes);
  stack_t stack{};
  if (!memory || sigaltstack(nullptr, &stack) != 0) return nullptr;
  if (stack.ss_flags & SS_DISABLE) {
    stack = stack_t{};
    stack.ss_sp = memory;
    stack.ss_size = kBytes;
    if (sigaltstack(&stack, nullptr) != 0) return nullptr;
  }
  for (int signal = 1; signal < NSIG; signal++) {
    struct sigaction action;
    if (sigaction(signal, nullptr, &action) != 0 || (action.sa_flags & SA_ONSTACK)) continue;
    if (!(action.sa_flags & SA_SIGINFO) && (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)) continue;
    action.sa_flags |= SA_ONSTACK;
    sigaction(signal, &action, nullptr);
  }
#endif
  return nullptr;
}

}  // namespace
}  // namespace distiltune

NAPI_MODULE_INIT() {
  // The ops belong to the process; a second thread or a second load finds them there.
  static const std::string failure = distiltune::registerAll();
  if (!failure.empty()) {
    napi_throw_error(env, nullptr, failure.c_str());
    return nullptr;
  }
  napi_value function;
  if (napi_create_function(env, "setThreads", NAPI_AUTO_LENGTH, distiltune::setThreadsFrom, nullptr, &function) == napi_ok)
    napi_set_named_property(env, exports, "setThreads", function);
  if (napi_create_function(env, "guardSignals", NAPI_AUTO_LENGTH, distiltune::guardSignals, nullptr, &function) == napi_ok)
    napi_set_named_property(env, exports, "guardSignals", function);
  const std::pair<const char*, bool> optional[] = {{"bfloat16", distiltune::hasTiles() || distiltune::hasBfloat16Product()},
                                                   {"smallProducts", distiltune::hasSmallProduct()},
                                                   {"tiles", distiltune::hasTiles()}};
  for (const auto& [name, has] : optional) {
    napi_value value;
    if (napi_get_boolean(env, has, &value) == napi_ok) napi_set_named_property(env, exports, name, value);
  }
  return exports;
}
