// One datagram to a UNIX socket: what sd_notify(3) and the journal's native protocol are made of, and Node cannot send.
#define _GNU_SOURCE
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

// Fills in the address of `path`; a leading '@' means the abstract namespace. 0 or an errno.
static int make_address(const char *path, struct sockaddr_un *address, socklen_t *length) {
  size_t size = strlen(path);
  if (size < 2 || (path[0] != '/' && path[0] != '@')) return EINVAL;
  if (size >= sizeof address->sun_path) return ENAMETOOLONG;
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, path, size);
  if (path[0] == '@') address->sun_path[0] = '\0';
  *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (path[0] == '@' ? 0 : 1));
  return 0;
}

static int write_all(int fd, const char *data, size_t size) {
  while (size > 0) {
    ssize_t written = write(fd, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    data += written;
    size -= (size_t)written;
  }
  return 0;
}

// Sends `descriptor` along with the text, which may be empty. 0 or an errno.
static int send_descriptor(int fd, const struct sockaddr_un *address, socklen_t length, const char *text, int descriptor) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  struct iovec part = {.iov_base = (void *)text, .iov_len = strlen(text)};
  struct msghdr message = {
      .msg_name = (void *)address,
      .msg_namelen = length,
      .msg_iov = &part,
      .msg_iovlen = part.iov_len > 0 ? 1 : 0,
      .msg_control = &control,
      .msg_controllen = sizeof control,
  };
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? errno : 0;
}

// Hands over the data as a sealed memory file, as journald expects of entries that no datagram can carry. 0 or an errno.
static int send_as_file(int fd, const struct sockaddr_un *address, socklen_t length, const void *data, size_t size) {
  int file = memfd_create("tshub-journal", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return errno;
  int problem = write_all(file, data, size);
  if (!problem && fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0) problem = errno;
  if (!problem) problem = send_descriptor(fd, address, length, "", file);
  close(file);
  return problem;
}

// A socket for one datagram, or -1 and an errno. A receiver that hangs must not hang the whole daemon with it.
static int open_sender(int *problem) {
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct timeval patience = {.tv_sec = 2};
  *problem = fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0 ? errno : 0;
  return fd;
}

static int send_to(const char *path, const void *data, size_t size, bool may_be_file) {
  struct sockaddr_un address;
  socklen_t length;
  int problem = make_address(path, &address, &length);
  if (problem) return problem;
  int fd = open_sender(&problem);
  if (fd < 0) return problem;
  while (!problem && sendto(fd, data, size, MSG_NOSIGNAL, (struct sockaddr *)&address, length) < 0) {
    if (errno == EINTR) continue;
    problem = errno;
  }
  if (may_be_file && (problem == EMSGSIZE || problem == ENOBUFS)) problem = send_as_file(fd, &address, length, data, size);
  close(fd);
  return problem;
}

// sendDatagram(path, bytes, mayBeFile): 0 when sent, else the errno.
napi_value send_datagram(napi_env env, napi_callback_info info) {
  napi_value arguments[3], result;
  napi_typedarray_type type;
  void *data = NULL;
  size_t size = 0;
  bool may_be_file = false;
  char *path = NULL;
  if (!take_arguments(env, info, 3, arguments)) return NULL;
  if (napi_get_typedarray_info(env, arguments[1], &type, &size, &data, NULL, NULL) != napi_ok || type != napi_uint8_array)
    return fail(env, "ERR_INVALID_ARG_TYPE", "expected bytes");
  if (napi_get_value_bool(env, arguments[2], &may_be_file) != napi_ok)
    return fail(env, "ERR_INVALID_ARG_TYPE", "expected a boolean");
  if (!take_string(env, arguments[0], &path)) return NULL;
  int problem = send_to(path, data, size, may_be_file);
  wipe_string(path);
  if (napi_create_int32(env, problem, &result) != napi_ok) return fail(env, "ENOMEM", "out of memory");
  return result;
}

// Gives in *end what ends when the service manager has dealt with everything that it was sent before. 0 or an errno.
static int send_barrier_to(const char *path, int *end) {
  struct sockaddr_un address;
  socklen_t length;
  int ends[2];
  int problem = make_address(path, &address, &length);
  if (problem) return problem;
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return errno;
  int fd = open_sender(&problem);
  if (!problem) problem = send_descriptor(fd, &address, length, "BARRIER=1", ends[1]);
  if (fd >= 0) close(fd);
  close(ends[1]);
  if (problem) close(ends[0]);
  *end = ends[0];
  return problem;
}

// sendBarrier(path): a descriptor to read to its end, or minus the errno.
napi_value send_barrier(napi_env env, napi_callback_info info) {
  napi_value arguments[1], result;
  char *path = NULL;
  int end = -1;
  if (!take_arguments(env, info, 1, arguments)) return NULL;
  if (!take_string(env, arguments[0], &path)) return NULL;
  int problem = send_barrier_to(path, &end);
  wipe_string(path);
  if (napi_create_int32(env, problem ? -problem : end, &result) != napi_ok) return fail(env, "ENOMEM", "out of memory");
  return result;
}
