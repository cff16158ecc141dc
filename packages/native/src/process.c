// What a process does about itself, which Node does not offer.
#define _GNU_SOURCE
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

// duplicate(fd): a further descriptor of the same open file, closed on exec.
napi_value duplicate(napi_env env, napi_callback_info info) {
  napi_value argument, number;
  int32_t fd = -1;
  if (!take_arguments(env, info, 1, &argument)) return NULL;
  if (napi_get_value_int32(env, argument, &fd) != napi_ok)
    return fail(env, "ERR_INVALID_ARG_TYPE", "expected a descriptor");
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) {
    napi_value error = errno_error(env, "cannot duplicate the descriptor", errno);
    if (error) napi_throw(env, error);
    return NULL;
  }
  return napi_create_int32(env, copy, &number) == napi_ok ? number : NULL;
}

// endAfter(seconds): SIGALRM, for which Node has no handler, ends the process then, whatever its event loop does; 0: no more.
napi_value end_after(napi_env env, napi_callback_info info) {
  napi_value argument;
  uint32_t seconds = 0;
  if (!take_arguments(env, info, 1, &argument)) return NULL;
  if (napi_get_value_uint32(env, argument, &seconds) != napi_ok)
    return fail(env, "ERR_INVALID_ARG_TYPE", "expected a number of seconds");
  alarm(seconds);
  return NULL;
}

// setDumpable(allowed): whether core dumps and ptrace by the same user are possible.
napi_value set_dumpable(napi_env env, napi_callback_info info) {
  napi_value argument;
  bool allowed;
  if (!take_arguments(env, info, 1, &argument)) return NULL;
  if (napi_get_value_bool(env, argument, &allowed) != napi_ok)
    return fail(env, "ERR_INVALID_ARG_TYPE", "expected a boolean");
  if (prctl(PR_SET_DUMPABLE, allowed ? 1 : 0, 0, 0, 0) < 0) {
    napi_value error = errno_error(env, "cannot set the dumpable flag", errno);
    if (error) napi_throw(env, error);
  }
  return NULL;
}

// wipe(bytes): zeroes in a way that the compiler keeps.
napi_value wipe(napi_env env, napi_callback_info info) {
  napi_value argument;
  napi_typedarray_type type;
  void *data = NULL;
  size_t size = 0;
  if (!take_arguments(env, info, 1, &argument)) return NULL;
  if (napi_get_typedarray_info(env, argument, &type, &size, &data, NULL, NULL) != napi_ok || type != napi_uint8_array)
    return fail(env, "ERR_INVALID_ARG_TYPE", "expected bytes");
  if (size > 0) explicit_bzero(data, size);
  return NULL;
}
