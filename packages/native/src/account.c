// Users and groups as the host's name service knows them, looked up off the main thread: LDAP and SSSD may take their time.
#define _GNU_SOURCE
#include "addon.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BUFFER = 4096, LAST_BUFFER = 64 * 1024 * 1024, MOST_GROUPS = 65536 };

struct lookup {
  enum { USER_BY_NAME, BARE_USER_BY_NAME, USER_BY_UID, GROUP_BY_NAME } kind;
  char *name;
  uid_t uid;
  napi_async_work work;
  napi_deferred deferred;
  // Outcome: an errno and where it came from, or what was found (both empty: there is no such entry).
  int problem;
  const char *what;
  bool found;
  struct passwd user;
  struct group group;
  char *buffer; // what `user` or `group` point into
  int group_count;
  gid_t *gids;
  char **group_names;
};

static bool means_absent(int number) { return number == 0 || number == ENOENT || number == ESRCH; }

// Doubles the buffer for another try; an errno when it is as large as it may get.
static int grow(char **buffer, size_t *size) {
  if (*size >= LAST_BUFFER) return ERANGE;
  size_t wanted = *size ? *size * 2 : FIRST_BUFFER;
  free(*buffer);
  *buffer = malloc(wanted);
  *size = *buffer ? wanted : 0;
  return *buffer ? 0 : ENOMEM;
}

static void find_user(struct lookup *lookup) {
  struct passwd *entry = NULL;
  size_t size = 0;
  int number;
  lookup->what = "cannot look up the user";
  do {
    lookup->problem = grow(&lookup->buffer, &size);
    if (lookup->problem) return;
    do {
      number = lookup->kind == USER_BY_UID ? getpwuid_r(lookup->uid, &lookup->user, lookup->buffer, size, &entry)
                                           : getpwnam_r(lookup->name, &lookup->user, lookup->buffer, size, &entry);
    } while (number == EINTR);
  } while (number == ERANGE);
  lookup->found = entry != NULL;
  if (!entry && !means_absent(number)) lookup->problem = number;
}

static void find_group(struct lookup *lookup) {
  struct group *entry = NULL;
  size_t size = 0;
  int number;
  lookup->what = "cannot look up the group";
  do {
    lookup->problem = grow(&lookup->buffer, &size);
    if (lookup->problem) return;
    do number = getgrnam_r(lookup->name, &lookup->group, lookup->buffer, size, &entry);
    while (number == EINTR);
  } while (number == ERANGE);
  lookup->found = entry != NULL;
  if (!entry && !means_absent(number)) lookup->problem = number;
}

// The name of a group in fresh memory; a group without an entry goes by its number, as id(1) shows it.
static int name_group(gid_t gid, char **name) {
  struct group entry, *found = NULL;
  char *buffer = NULL;
  size_t size = 0;
  int number;
  do {
    int problem = grow(&buffer, &size);
    if (problem) {
      free(buffer);
      return problem;
    }
    do number = getgrgid_r(gid, &entry, buffer, size, &found);
    while (number == EINTR);
  } while (number == ERANGE);
  if (found) *name = strdup(found->gr_name);
  else if (!means_absent(number)) {
    free(buffer);
    return number;
  } else if (asprintf(name, "%u", gid) < 0) *name = NULL;
  free(buffer);
  return *name ? 0 : ENOMEM;
}

static void find_groups_of_user(struct lookup *lookup) {
  int room = 64;
  lookup->what = "cannot look up the user's groups";
  for (;;) {
    gid_t *gids = reallocarray(lookup->gids, (size_t)room, sizeof(gid_t));
    if (!gids) {
      lookup->problem = ENOMEM;
      return;
    }
    lookup->gids = gids;
    int count = room;
    if (getgrouplist(lookup->user.pw_name, lookup->user.pw_gid, gids, &count) >= 0) {
      lookup->group_count = count;
      break;
    }
    if (room >= MOST_GROUPS) {
      lookup->problem = ERANGE;
      return;
    }
    room = count > room ? count : room * 2;
  }
  lookup->group_names = calloc((size_t)lookup->group_count + 1, sizeof(char *));
  if (!lookup->group_names) lookup->problem = ENOMEM;
  for (int i = 0; i < lookup->group_count && !lookup->problem; i++)
    lookup->problem = name_group(lookup->gids[i], &lookup->group_names[i]);
}

// Runs on a thread of Node's pool.
static void execute(napi_env env, void *data) {
  (void)env;
  struct lookup *lookup = data;
  if (lookup->kind == GROUP_BY_NAME) {
    find_group(lookup);
    return;
  }
  find_user(lookup);
  if (lookup->found && lookup->kind == USER_BY_NAME) find_groups_of_user(lookup);
}

static napi_value account_value(napi_env env, const struct lookup *lookup) {
  const struct passwd *user = &lookup->user;
  napi_value account, groups;
  if (napi_create_object(env, &account) != napi_ok || !set_string(env, account, "name", user->pw_name) ||
      !set_number(env, account, "uid", user->pw_uid) || !set_number(env, account, "gid", user->pw_gid) ||
      !set_string(env, account, "gecos", user->pw_gecos) || !set_string(env, account, "home", user->pw_dir) ||
      !set_string(env, account, "shell", user->pw_shell))
    return NULL;
  if (lookup->kind != USER_BY_NAME) return account;
  if (napi_create_array_with_length(env, (size_t)lookup->group_count, &groups) != napi_ok ||
      napi_set_named_property(env, account, "groups", groups) != napi_ok)
    return NULL;
  for (int i = 0; i < lookup->group_count; i++) {
    napi_value group;
    if (napi_create_object(env, &group) != napi_ok || !set_number(env, group, "gid", lookup->gids[i]) ||
        !set_string(env, group, "name", lookup->group_names[i]) || napi_set_element(env, groups, (uint32_t)i, group) != napi_ok)
      return NULL;
  }
  return account;
}

static napi_value group_value(napi_env env, const struct lookup *lookup) {
  napi_value group, members;
  if (napi_create_object(env, &group) != napi_ok || !set_string(env, group, "name", lookup->group.gr_name) ||
      !set_number(env, group, "gid", lookup->group.gr_gid) || napi_create_array(env, &members) != napi_ok ||
      napi_set_named_property(env, group, "members", members) != napi_ok)
    return NULL;
  for (uint32_t i = 0; lookup->group.gr_mem && lookup->group.gr_mem[i]; i++) {
    napi_value member;
    if (napi_create_string_utf8(env, lookup->group.gr_mem[i], NAPI_AUTO_LENGTH, &member) != napi_ok ||
        napi_set_element(env, members, i, member) != napi_ok)
      return NULL;
  }
  return group;
}

static void forget(napi_env env, struct lookup *lookup) {
  if (lookup->work) napi_delete_async_work(env, lookup->work);
  for (int i = 0; lookup->group_names && i < lookup->group_count; i++) free(lookup->group_names[i]);
  free(lookup->group_names);
  free(lookup->gids);
  free(lookup->buffer);
  free(lookup->name);
  free(lookup);
}

// Back on the main thread: settles the promise.
static void complete(napi_env env, napi_status status, void *data) {
  struct lookup *lookup = data;
  napi_value result = NULL;
  bool ok = status == napi_ok && lookup->problem == 0;
  if (ok && !lookup->found) {
    if (napi_get_null(env, &result) != napi_ok) result = NULL;
  } else if (ok) result = lookup->kind == GROUP_BY_NAME ? group_value(env, lookup) : account_value(env, lookup);
  if (!result) {
    ok = false;
    int number = status != napi_ok ? ECANCELED : lookup->problem ? lookup->problem : ENOMEM;
    result = errno_error(env, lookup->what ? lookup->what : "look-up", number);
  }
  if (result) {
    if (ok) napi_resolve_deferred(env, lookup->deferred, result);
    else napi_reject_deferred(env, lookup->deferred, result);
  }
  forget(env, lookup);
}

// Queues the look-up (and owns it from here) and gives its promise.
static napi_value begin(napi_env env, struct lookup *lookup) {
  napi_value promise, resource;
  if (napi_create_string_utf8(env, "tshub:account", NAPI_AUTO_LENGTH, &resource) != napi_ok ||
      napi_create_async_work(env, NULL, resource, execute, complete, lookup, &lookup->work) != napi_ok ||
      napi_create_promise(env, &lookup->deferred, &promise) != napi_ok ||
      napi_queue_async_work(env, lookup->work) != napi_ok) {
    forget(env, lookup);
    return fail(env, "ERR_ADDON", "cannot start the look-up");
  }
  return promise;
}

static napi_value begin_by_name(napi_env env, napi_callback_info info, int kind) {
  napi_value argument;
  if (!take_arguments(env, info, 1, &argument)) return NULL;
  struct lookup *lookup = calloc(1, sizeof *lookup);
  if (!lookup) return fail(env, "ENOMEM", "out of memory");
  lookup->kind = kind;
  if (!take_string(env, argument, &lookup->name)) {
    forget(env, lookup);
    return NULL;
  }
  return begin(env, lookup);
}

napi_value user_by_name(napi_env env, napi_callback_info info) { return begin_by_name(env, info, USER_BY_NAME); }

napi_value bare_user_by_name(napi_env env, napi_callback_info info) { return begin_by_name(env, info, BARE_USER_BY_NAME); }

napi_value group_by_name(napi_env env, napi_callback_info info) { return begin_by_name(env, info, GROUP_BY_NAME); }

napi_value user_by_uid(napi_env env, napi_callback_info info) {
  napi_value argument;
  double uid;
  if (!take_arguments(env, info, 1, &argument)) return NULL;
  // (uid_t)-1 is the kernel's "no user"; it never has an entry.
  if (napi_get_value_double(env, argument, &uid) != napi_ok || !(uid >= 0 && uid < 4294967295.0) || uid != (double)(uid_t)uid)
    return fail(env, "ERR_INVALID_ARG_VALUE", "expected a uid");
  struct lookup *lookup = calloc(1, sizeof *lookup);
  if (!lookup) return fail(env, "ENOMEM", "out of memory");
  lookup->kind = USER_BY_UID;
  lookup->uid = (uid_t)uid;
  return begin(env, lookup);
}
