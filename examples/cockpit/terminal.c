/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "terminal.h"

#include <signal.h>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/ioctl.h>
#include <unistd.h>

int64_t terminal_width(void)
{
#if defined(TIOCGWINSZ)
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    return size.ws_col;
  }
#endif
  return 0;
}

int terminal_is_output(void)
{
  return isatty(STDOUT_FILENO) == 1;
}

int terminal_is_error(void)
{
  return isatty(STDERR_FILENO) == 1;
}

#else

int64_t terminal_width(void)
{
  return 0;
}

int terminal_is_output(void)
{
  return 0;
}

int terminal_is_error(void)
{
  return 0;
}

#endif

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#endif

void terminal_prepare(void)
{
#if defined(SIGPIPE)
  (void)signal(SIGPIPE, SIG_IGN);
#endif
#if defined(_WIN32)
  (void)_setmode(0, _O_BINARY);
  (void)_setmode(1, _O_BINARY);
  (void)_setmode(2, _O_BINARY);
#endif
}
