// The addon's table of functions, and the readers that they share.
#define _GNU_SOURCE
#include "addon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

napi_value fail(napi_env env, const char *code, const char *message) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) == napi_ok && !pending) napi_throw_error(env, code, message);
  return NULL;
}

napi_value errno_error(napi_env env, const char *what, int number) {
  char message[256];
  const char *name = strerrorname_np(number);
  snprintf(message, sizeof message, "%s: %s", what, strerrordesc_np(number) ? strerrordesc_np(number) : "unknown error");
  napi_value code, text, error;
  if (napi_create_string_utf8(env, name ? name : "EUNKNOWN", NAPI_AUTO_LENGTH, &code) != napi_ok) return NULL;
  if (napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text) != napi_ok) return NULL;
  if (napi_create_error(env, code, text, &error) != napi_ok) return NULL;
  return set_number(env, error, "errno", number) ? error : NULL;
}

bool take_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, values, NULL, NULL) == napi_ok && given >= count) return true;
  napi_throw_type_error(env, "ERR_MISSING_ARGS", "too few arguments");
  return false;
}

bool take_string(napi_env env, napi_value value, char **text) {
  size_t length = 0, copied = 0;
  *text = NULL;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "expected a string");
    return false;
  }
  char *buffer = malloc(length + 1);
  if (!buffer) {
    fail(env, "ENOMEM", "out of memory");
    return false;
  }
  if (napi_get_value_string_utf8(env, value, buffer, length + 1, &copied) != napi_ok || copied != length) {
    explicit_bzero(buffer, length + 1);
    free(buffer);
    fail(env, "ERR_INVALID_ARG_VALUE", "cannot read the string");
    return false;
  }
  if (memchr(buffer, '\0', length)) {
    explicit_bzero(buffer, length + 1);
    free(buffer);
    napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", "a string with a NUL character cannot be passed on");
    return false;
  }
  *text = buffer;
  return true;
}

bool take_optional_string(napi_env env, napi_value object, const char *name, char **text) {
  napi_value value;
  napi_valuetype type;
  *text = NULL;
  if (napi_get_named_property(env, object, name, &value) != napi_ok || napi_typeof(env, value, &type) != napi_ok) {
    fail(env, "ERR_INVALID_ARG_TYPE", "expected an object");
    return false;
  }
  return type == napi_undefined || take_string(env, value, text);
}

void wipe_string(char *text) {
  if (!text) return;
  explicit_bzero(text, strlen(text));
  free(text);
}

bool set_string(napi_env env, napi_value object, const char *name, const char *text) {
  napi_value value;
  return napi_create_string_utf8(env, text ? text : "", NAPI_AUTO_LENGTH, &value) == napi_ok &&
         napi_set_named_property(env, object, name, value) == napi_ok;
}

bool set_number(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;
  return napi_create_double(env, number, &value) == napi_ok && napi_set_named_property(env, object, name, value) == napi_ok;
}

static const napi_property_descriptor table[] = {
    {"duplicate", NULL, duplicate, NULL, NULL, NULL, napi_enumerable, NULL},
    {"endAfter", NULL, end_after, NULL, NULL, NULL, napi_enumerable, NULL},
    {"bareUserByName", NULL, bare_user_by_name, NULL, NULL, NULL, napi_enumerable, NULL},
    {"groupByName", NULL, group_by_name, NULL, NULL, NULL, napi_enumerable, NULL},
    {"pamLogin", NULL, pam_login, NULL, NULL, NULL, napi_enumerable, NULL},
    {"peerCredentials", NULL, peer_credentials, NULL, NULL, NULL, napi_enumerable, NULL},
    {"sendBarrier", NULL, send_barrier, NULL, NULL, NULL, napi_enumerable, NULL},
    {"sendDatagram", NULL, send_datagram, NULL, NULL, NULL, napi_enumerable, NULL},
    {"setDumpable", NULL, set_dumpable, NULL, NULL, NULL, napi_enumerable, NULL},
    {"userByName", NULL, user_by_name, NULL, NULL, NULL, napi_enumerable, NULL},
    {"userByUid", NULL, user_by_uid, NULL, NULL, NULL, napi_enumerable, NULL},
    {"wipe", NULL, wipe, NULL, NULL, NULL, napi_enumerable, NULL},
};

NAPI_MODULE_INIT() {
  if (napi_define_properties(env, exports, sizeof table / sizeof table[0], table) != napi_ok)
    return fail(env, "ERR_ADDON", "cannot define the addon's functions");
  return exports;
}
