// What the C files of the addon share: argument readers that throw, and the functions that addon.c exports.
#ifndef TSHUB_ADDON_H
#define TSHUB_ADDON_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>

// Throws an Error with a message and a code, unless an exception is pending already. Always NULL, for `return fail(...)`.
napi_value fail(napi_env env, const char *code, const char *message);

// An Error for errno-style `number`: message "<what>: <strerror>", properties `code` ("ENOENT") and `errno`. NULL if out of memory.
napi_value errno_error(napi_env env, const char *what, int number);

// Reads the arguments of a call; throws and answers false when there are fewer than `count`.
bool take_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values);

// Copies a JavaScript string into fresh memory (free it; it may be a secret). Throws for other types and for strings with NUL.
bool take_string(napi_env env, napi_value value, char **text);

// Like take_string for property `name` of `object`; undefined gives NULL.
bool take_optional_string(napi_env env, napi_value object, const char *name, char **text);

// Wipes and frees a string; NULL is fine.
void wipe_string(char *text);

// Sets property `name` to a string (text from libc may hold anything: what is not UTF-8 is replaced) or to a number.
bool set_string(napi_env env, napi_value object, const char *name, const char *text);
bool set_number(napi_env env, napi_value object, const char *name, double number);

napi_value bare_user_by_name(napi_env env, napi_callback_info info);
napi_value duplicate(napi_env env, napi_callback_info info);
napi_value end_after(napi_env env, napi_callback_info info);
napi_value group_by_name(napi_env env, napi_callback_info info);
napi_value pam_login(napi_env env, napi_callback_info info);
napi_value peer_credentials(napi_env env, napi_callback_info info);
napi_value send_barrier(napi_env env, napi_callback_info info);
napi_value send_datagram(napi_env env, napi_callback_info info);
napi_value set_dumpable(napi_env env, napi_callback_info info);
napi_value user_by_name(napi_env env, napi_callback_info info);
napi_value user_by_uid(napi_env env, napi_callback_info info);
napi_value wipe(napi_env env, napi_callback_info info);

#endif
