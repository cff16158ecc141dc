// Who is at the other end of a UNIX socket, as the kernel knows it.
#define _GNU_SOURCE
#include "addon.h"

#include <errno.h>
#include <sys/socket.h>

// peerCredentials(fd): { pid, uid, gid }.
napi_value peer_credentials(napi_env env, napi_callback_info info) {
  napi_value argument, result;
  int32_t fd;
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (!take_arguments(env, info, 1, &argument)) return NULL;
  if (napi_get_value_int32(env, argument, &fd) != napi_ok)
    return fail(env, "ERR_INVALID_ARG_TYPE", "expected a file descriptor");
  int domain = 0;
  socklen_t domain_size = sizeof domain;
  int problem = 0;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) < 0) problem = errno;
  // The kernel answers for a TCP socket too, with nobody: that is no answer.
  else if (domain != AF_UNIX) problem = EAFNOSUPPORT;
  else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) problem = errno;
  // A socket without a peer yet has neither process nor user.
  else if (size != sizeof peer || peer.uid == (uid_t)-1) problem = ENOTCONN;
  if (problem) {
    napi_value error = errno_error(env, "cannot ask who the peer is", problem);
    if (error) napi_throw(env, error);
    return NULL;
  }
  if (napi_create_object(env, &result) != napi_ok || !set_number(env, result, "pid", peer.pid) ||
      !set_number(env, result, "uid", peer.uid) || !set_number(env, result, "gid", peer.gid))
    return fail(env, "ENOMEM", "out of memory");
  return result;
}
