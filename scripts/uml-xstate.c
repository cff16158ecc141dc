/*
 * Lets User Mode Linux run on processors whose register state is larger than it knows (AMX: 11008 bytes, against the 2696 of
 * its buffer): the kernel takes that state back only as a whole, and UML panics. Loaded into linux.uml with LD_PRELOAD.
 * What does not fit is left at its initial value; nothing in the machine uses it, since UML does not offer it.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#define WHOLE 65536
#define HEADER 512 /* where the bits are that say which components hold something */

static long (*real_ptrace)(int, pid_t, void *, void *);
/* Not on the stack, which is small in UML; it has one processor. */
static char whole[WHOLE] __attribute__((aligned(64)));
static size_t whole_size;

__attribute__((constructor)) static void find_real(void) {
  unsigned a, b, c, d;
  real_ptrace = (long (*)(int, pid_t, void *, void *))dlsym(RTLD_NEXT, "ptrace");
  __cpuid_count(13, 0, a, b, c, d);
  (void)a, (void)b, (void)d;
  whole_size = c <= WHOLE ? c : WHOLE;
}

/* The components that lie within the first bytes of the state. */
static uint64_t components_within(size_t size) {
  uint64_t mask = 3; /* x87 and SSE */
  for (unsigned i = 2; i < 63; i++) {
    unsigned length, offset, c, d;
    __cpuid_count(13, i, length, offset, c, d);
    (void)c, (void)d;
    if (length != 0 && offset + length <= size) mask |= 1ull << i;
  }
  return mask;
}

long ptrace(enum __ptrace_request request, ...) {
  va_list args;
  va_start(args, request);
  pid_t pid = va_arg(args, pid_t);
  void *address = va_arg(args, void *);
  void *data = va_arg(args, void *);
  va_end(args);
  const struct iovec *given = data;
  if (request != PTRACE_SETREGSET || address != (void *)NT_X86_XSTATE || given->iov_len >= whole_size)
    return real_ptrace(request, pid, address, data);
  static uint64_t mask;
  if (mask == 0) mask = components_within(given->iov_len);
  memset(whole, 0, whole_size);
  memcpy(whole, given->iov_base, given->iov_len);
  uint64_t used;
  memcpy(&used, whole + HEADER, sizeof used);
  used &= mask;
  memcpy(whole + HEADER, &used, sizeof used);
  struct iovec all = {whole, whole_size};
  return real_ptrace(request, pid, address, &all);
}
