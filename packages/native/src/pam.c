// One login through libpam, on a thread of its own: modules sleep, ask networks, and wait for people.
//
// The thread and JavaScript take turns. The thread puts a question (all messages of one call of the conversation) and sleeps
// until JavaScript calls `answer`; then it goes on. Nothing else is shared while it runs.
#define _GNU_SOURCE
#include "addon.h"

#include <errno.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

struct login {
  // One reference is the thread's way to JavaScript, one each is held by `answer` functions that JavaScript may still have.
  atomic_int references;
  char *service, *user, *rhost, *tty, *confdir;
  napi_threadsafe_function javascript;
  napi_deferred deferred;
  pthread_mutex_t lock;
  pthread_cond_t turn;
  // The open question; guarded by `lock`. `gone`: JavaScript has ended and must not be called again.
  bool asking, aborted, gone;
  int count;
  const struct pam_message **messages;
  struct pam_response *answers;
  // The outcome; written by the thread before `done`.
  bool done;
  int code;
  const char *step;
  char *text, *canonical;
};

static void wipe_answers(struct pam_response *answers, int count) {
  if (!answers) return;
  for (int i = 0; i < count; i++) wipe_string(answers[i].resp);
  free(answers);
}

static void release(struct login *login) {
  if (atomic_fetch_sub(&login->references, 1) != 1) return;
  wipe_answers(login->answers, login->count);
  pthread_cond_destroy(&login->turn);
  pthread_mutex_destroy(&login->lock);
  free(login->service);
  free(login->user);
  free(login->rhost);
  free(login->tty);
  free(login->confdir);
  free(login->text);
  free(login->canonical);
  free(login);
}

// Ends the turn of JavaScript: with answers, or (NULL) by giving the login up.
static void end_turn(struct login *login, struct pam_response *answers) {
  pthread_mutex_lock(&login->lock);
  wipe_answers(login->answers, login->count); // left over only when the environment closes at this moment
  login->answers = answers;
  login->asking = false;
  if (!answers) login->aborted = true;
  pthread_cond_signal(&login->turn);
  pthread_mutex_unlock(&login->lock);
}

// ---- the thread ----

static bool known_style(int style) {
  return style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON || style == PAM_TEXT_INFO || style == PAM_ERROR_MSG;
}

// libpam's conversation function.
static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data) {
  struct login *login = data;
  struct pam_response *answers = NULL;
  if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
  for (int i = 0; i < count; i++)
    if (!known_style(messages[i]->msg_style)) return PAM_CONV_ERR;
  pthread_mutex_lock(&login->lock);
  if (!login->aborted) {
    login->messages = messages;
    login->count = count;
    login->asking = true;
    // Unlocked while calling out: a full queue would wait for JavaScript, which wants the lock.
    pthread_mutex_unlock(&login->lock);
    napi_status status = napi_call_threadsafe_function(login->javascript, login, napi_tsfn_blocking);
    pthread_mutex_lock(&login->lock);
    login->gone = status == napi_closing;
    if (status != napi_ok) login->aborted = true;
    while (login->asking && !login->aborted) pthread_cond_wait(&login->turn, &login->lock);
    answers = login->answers;
    login->answers = NULL;
    login->messages = NULL;
    login->asking = false;
  }
  pthread_mutex_unlock(&login->lock);
  if (!answers) return PAM_CONV_ERR;
  *responses = answers; // libpam and its modules wipe and free them
  return PAM_SUCCESS;
}

static int set_optional_item(pam_handle_t *pam, int item, const char *value) {
  return value ? pam_set_item(pam, item, value) : PAM_SUCCESS;
}

// The order every login program keeps. The account check runs always: without it expired accounts and nologin get in.
static int go_through(struct login *login, pam_handle_t *pam) {
  int code;
  login->step = "start";
  if ((code = set_optional_item(pam, PAM_RHOST, login->rhost)) != PAM_SUCCESS) return code;
  if ((code = set_optional_item(pam, PAM_TTY, login->tty)) != PAM_SUCCESS) return code;
  login->step = "authenticate";
  // An account without a password is not for the network, whatever "nullok" in the stack says.
  if ((code = pam_authenticate(pam, PAM_DISALLOW_NULL_AUTHTOK)) != PAM_SUCCESS) return code;
  login->step = "account";
  code = pam_acct_mgmt(pam, PAM_DISALLOW_NULL_AUTHTOK);
  if (code == PAM_NEW_AUTHTOK_REQD) {
    login->step = "password";
    if ((code = pam_chauthtok(pam, PAM_CHANGE_EXPIRED_AUTHTOK)) != PAM_SUCCESS) return code;
    login->step = "account";
    code = pam_acct_mgmt(pam, PAM_DISALLOW_NULL_AUTHTOK);
  }
  if (code != PAM_SUCCESS) return code;
  // Modules may rename the user; who they let in is who is logged in.
  const void *name = NULL;
  if ((code = pam_get_item(pam, PAM_USER, &name)) != PAM_SUCCESS) return code;
  if (!name) return PAM_USER_UNKNOWN;
  login->canonical = strdup(name);
  return login->canonical ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void *run(void *data) {
  struct login *login = data;
  pam_handle_t *pam = NULL;
  struct pam_conv conversation = {converse, login};
  login->step = "start";
  int code = login->confdir ? pam_start_confdir(login->service, login->user, &conversation, login->confdir, &pam)
                            : pam_start(login->service, login->user, &conversation, &pam);
  if (code == PAM_SUCCESS) code = go_through(login, pam);
  const char *text = pam_strerror(pam, code);
  login->text = text ? strdup(text) : NULL;
  if (pam) pam_end(pam, code);
  pthread_mutex_lock(&login->lock);
  login->code = code;
  login->done = true;
  bool gone = login->gone;
  pthread_mutex_unlock(&login->lock);
  // With napi_closing this thread's hold on the function has ended already.
  if (!gone && napi_call_threadsafe_function(login->javascript, login, napi_tsfn_blocking) != napi_closing)
    napi_release_threadsafe_function(login->javascript, napi_tsfn_release);
  release(login);
  return NULL;
}

// ---- the main thread ----

static const char *style_name(int style) {
  switch (style) {
    case PAM_PROMPT_ECHO_OFF: return "secret";
    case PAM_PROMPT_ECHO_ON: return "prompt";
    case PAM_ERROR_MSG: return "error";
    default: return "info";
  }
}

// Copies JavaScript's answers. NULL with an exception pending when they do not fit the question.
static struct pam_response *copy_answers(napi_env env, napi_value values, int count, const struct pam_message **messages) {
  bool is_array = false;
  uint32_t length = 0;
  if (napi_is_array(env, values, &is_array) != napi_ok || !is_array ||
      napi_get_array_length(env, values, &length) != napi_ok || length != (uint32_t)count) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", "expected one answer for each message");
    return NULL;
  }
  struct pam_response *answers = calloc((size_t)count, sizeof *answers);
  if (!answers) {
    fail(env, "ENOMEM", "out of memory");
    return NULL;
  }
  for (int i = 0; i < count; i++) {
    napi_value value;
    napi_valuetype type;
    bool ok = napi_get_element(env, values, (uint32_t)i, &value) == napi_ok && napi_typeof(env, value, &type) == napi_ok;
    bool is_question = messages[i]->msg_style == PAM_PROMPT_ECHO_OFF || messages[i]->msg_style == PAM_PROMPT_ECHO_ON;
    if (ok && (is_question || type != napi_null)) ok = take_string(env, value, &answers[i].resp);
    if (!ok) {
      fail(env, "ERR_INVALID_ARG_VALUE", "cannot read the answers");
      wipe_answers(answers, count);
      return NULL;
    }
  }
  return answers;
}

// answer(values | null): ends the open question; null gives the login up.
static napi_value answer(napi_env env, napi_callback_info info) {
  size_t given = 1;
  napi_value values;
  napi_valuetype type;
  struct login *login = NULL;
  if (napi_get_cb_info(env, info, &given, &values, NULL, (void **)&login) != napi_ok || given < 1 ||
      napi_typeof(env, values, &type) != napi_ok)
    return fail(env, "ERR_MISSING_ARGS", "too few arguments");
  pthread_mutex_lock(&login->lock);
  bool asking = login->asking;
  int count = login->count;
  const struct pam_message **messages = login->messages;
  pthread_mutex_unlock(&login->lock);
  if (!asking) return fail(env, "ERR_INVALID_STATE", "there is no open question");
  if (type == napi_null) {
    end_turn(login, NULL);
    return NULL;
  }
  // The thread sleeps while a question is open, so its messages stay where they are.
  struct pam_response *answers = copy_answers(env, values, count, messages);
  if (answers) end_turn(login, answers);
  return NULL;
}

static void answer_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  release(data);
}

// Calls JavaScript's converse(messages, answer). False when that was not possible.
static bool put_question(napi_env env, napi_value callback, struct login *login) {
  napi_value undefined, arguments[2];
  if (napi_get_undefined(env, &undefined) != napi_ok ||
      napi_create_array_with_length(env, (size_t)login->count, &arguments[0]) != napi_ok)
    return false;
  for (int i = 0; i < login->count; i++) {
    napi_value message;
    if (napi_create_object(env, &message) != napi_ok ||
        !set_string(env, message, "style", style_name(login->messages[i]->msg_style)) ||
        !set_string(env, message, "text", login->messages[i]->msg) ||
        napi_set_element(env, arguments[0], (uint32_t)i, message) != napi_ok)
      return false;
  }
  if (napi_create_function(env, "answer", NAPI_AUTO_LENGTH, answer, login, &arguments[1]) != napi_ok) return false;
  atomic_fetch_add(&login->references, 1);
  if (napi_add_finalizer(env, arguments[1], login, answer_collected, NULL, NULL) != napi_ok) {
    release(login);
    return false;
  }
  return napi_call_function(env, undefined, callback, 2, arguments, NULL) == napi_ok;
}

static bool settle(napi_env env, struct login *login) {
  napi_value outcome;
  return napi_create_object(env, &outcome) == napi_ok && set_number(env, outcome, "code", login->code) &&
         set_string(env, outcome, "step", login->step) && set_string(env, outcome, "text", login->text) &&
         set_string(env, outcome, "user", login->canonical) &&
         napi_resolve_deferred(env, login->deferred, outcome) == napi_ok;
}

static void clear_exception(napi_env env) {
  bool pending = false;
  napi_value ignored;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending) napi_get_and_clear_last_exception(env, &ignored);
}

// What the thread calls for, run on the main thread: a question, or the end.
static void on_call(napi_env env, napi_value callback, void *context, void *data) {
  (void)data;
  struct login *login = context;
  if (!env) return; // the environment is closing; on_closed wakes the thread
  pthread_mutex_lock(&login->lock);
  bool done = login->done, asking = login->asking;
  pthread_mutex_unlock(&login->lock);
  if (done) {
    if (settle(env, login)) return;
    clear_exception(env);
    napi_value error = errno_error(env, "cannot report the login's outcome", ENOMEM);
    if (error) napi_reject_deferred(env, login->deferred, error);
    return;
  }
  if (!asking || put_question(env, callback, login)) return;
  clear_exception(env);
  end_turn(login, NULL);
}

static void on_closed(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct login *login = data;
  end_turn(login, NULL);
  release(login);
}

static bool read_options(napi_env env, napi_value options, struct login *login) {
  if (!take_optional_string(env, options, "service", &login->service) ||
      !take_optional_string(env, options, "user", &login->user) ||
      !take_optional_string(env, options, "rhost", &login->rhost) ||
      !take_optional_string(env, options, "tty", &login->tty) ||
      !take_optional_string(env, options, "confdir", &login->confdir))
    return false;
  if (login->service && login->user) return true;
  napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", "a login needs a service and a user");
  return false;
}

static bool start_thread(struct login *login) {
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes)) return false;
  // Detached: a module that hangs must not keep the process from ending.
  bool ok = !pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) &&
            !pthread_create(&thread, &attributes, run, login);
  pthread_attr_destroy(&attributes);
  return ok;
}

// pamLogin(options, converse): a promise of { code, step, text, user }.
napi_value pam_login(napi_env env, napi_callback_info info) {
  napi_value arguments[2], resource, promise;
  if (!take_arguments(env, info, 2, arguments)) return NULL;
  struct login *login = calloc(1, sizeof *login);
  if (!login) return fail(env, "ENOMEM", "out of memory");
  atomic_init(&login->references, 1);
  pthread_mutex_init(&login->lock, NULL);
  pthread_cond_init(&login->turn, NULL);
  // Modules log with syslog(3); without this their lines would come from "node".
  openlog("tshub-authd", LOG_PID, LOG_AUTHPRIV);
  if (!read_options(env, arguments[0], login)) {
    release(login);
    return NULL;
  }
  if (napi_create_string_utf8(env, "tshub:pam", NAPI_AUTO_LENGTH, &resource) != napi_ok ||
      napi_create_threadsafe_function(env, arguments[1], NULL, resource, 0, 1, login, on_closed, login, on_call,
                                      &login->javascript) != napi_ok) {
    release(login);
    return fail(env, "ERR_INVALID_ARG_TYPE", "expected a function");
  }
  // From here on_closed owns the first reference; the thread takes one of its own.
  if (napi_create_promise(env, &login->deferred, &promise) != napi_ok) {
    napi_release_threadsafe_function(login->javascript, napi_tsfn_abort);
    return fail(env, "ERR_ADDON", "cannot start the login");
  }
  atomic_fetch_add(&login->references, 1);
  if (!start_thread(login)) {
    release(login);
    napi_release_threadsafe_function(login->javascript, napi_tsfn_abort);
    return fail(env, "EAGAIN", "cannot start a thread for the login");
  }
  return promise;
}
