// What a relay outside JavaScript could reach at best: relay PORT SOCKET. Joins each connection with one to the socket and splices;
// reads no heads, counts nothing, knows no limits and no TLS. One thread, epoll.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { read_size = 65536, events_at_once = 256 };

// What came from one side and the other has not taken yet is in a pipe.
struct way {
  int pipe[2];
  size_t size;
  int ended;
};

struct side {
  int fd;
  uint32_t watched;
  struct side *other;
  struct way from;
};

static int epoll;
// The pipe of whoever has emptied it.
static int spare[2] = {-1, -1};
static void *gone[events_at_once * 2];
static int gone_count;

static void watch(struct side *side) {
  // Reads while nothing of it waits; writes when something does.
  uint32_t wanted = 0;
  if (side->from.size == 0 && !side->from.ended) wanted |= EPOLLIN;
  if (side->other->from.size > 0) wanted |= EPOLLOUT;
  if (wanted == side->watched) return;
  struct epoll_event event = {.events = wanted, .data.ptr = side};
  epoll_ctl(epoll, EPOLL_CTL_MOD, side->fd, &event);
  side->watched = wanted;
}

static void end(struct side *side) {
  struct side *both[] = {side, side->other};
  for (int i = 0; i < 2; i++) {
    if (both[i]->fd < 0) return;
    close(both[i]->fd);
    both[i]->fd = -1;
    if (both[i]->from.pipe[0] >= 0) {
      close(both[i]->from.pipe[0]);
      close(both[i]->from.pipe[1]);
    }
  }
  // An event of either may still be in this turn.
  gone[gone_count++] = side;
  gone[gone_count++] = side->other;
}

// -1: the connection has to end. Gives back whether all is written.
static int flush(struct side *side) {
  struct way *way = &side->from;
  while (way->size > 0) {
    ssize_t n = splice(way->pipe[0], NULL, side->other->fd, NULL, way->size, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    if (n < 0) return errno == EAGAIN ? 0 : -1;
    way->size -= (size_t)n;
  }
  if (spare[0] < 0) {
    memcpy(spare, way->pipe, sizeof spare);
  } else {
    close(way->pipe[0]);
    close(way->pipe[1]);
  }
  way->pipe[0] = way->pipe[1] = -1;
  return 1;
}

// As flush; -2: nothing is there.
static int take(struct side *side) {
  struct way *way = &side->from;
  if (spare[0] >= 0) {
    memcpy(way->pipe, spare, sizeof spare);
    spare[0] = spare[1] = -1;
  } else if (pipe2(way->pipe, O_NONBLOCK | O_CLOEXEC) < 0) {
    return -1;
  }
  ssize_t n = splice(side->fd, NULL, way->pipe[1], NULL, read_size, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  int seen = errno;
  way->size = n > 0 ? (size_t)n : 0;
  int done = flush(side);
  if (n > 0) return done;
  if (n < 0) return seen == EAGAIN ? -2 : -1;
  way->ended = 1;
  shutdown(side->other->fd, SHUT_WR);
  return side->other->from.ended ? -1 : 1;
}

static struct side *joined(int fd, int other_fd) {
  struct side *pair = calloc(2, sizeof *pair);
  int fds[] = {fd, other_fd};
  for (int i = 0; i < 2; i++) {
    pair[i] = (struct side){.fd = fds[i], .watched = EPOLLIN, .other = &pair[1 - i], .from.pipe = {-1, -1}};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &pair[i]};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event);
  }
  return pair;
}

static void accept_all(int listener, const struct sockaddr_un *to) {
  for (;;) {
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    int one = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || connect(server, (const struct sockaddr *)to, sizeof *to) < 0) {
      perror("relay: connect");
      exit(1);
    }
    fcntl(server, F_SETFL, O_NONBLOCK);
    joined(client, server);
  }
}

static void serve(struct side *side, uint32_t events) {
  if (side->fd < 0) return;
  int done = 1;
  if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN)) done = -1;
  if (done >= 0 && events & EPOLLOUT) done = flush(side->other);
  if (done >= 0 && events & EPOLLIN) done = take(side);
  if (done == -1) {
    end(side);
    return;
  }
  watch(side);
  watch(side->other);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  signal(SIGPIPE, SIG_IGN);
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  snprintf(to.sun_path, sizeof to.sun_path, "%s", argv[2]);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in at = {
    .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 4096) < 0) {
    perror("relay: listen");
    return 1;
  }
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    struct epoll_event events[events_at_once];
    int count = epoll_wait(epoll, events, events_at_once, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == NULL) accept_all(listener, &to);
      else serve(events[i].data.ptr, events[i].events);
    }
    // Both sides are one piece of memory.
    for (int i = 0; i < gone_count; i += 2) free(gone[i] < gone[i + 1] ? gone[i] : gone[i + 1]);
    gone_count = 0;
  }
}
