/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* A driver without libFuzzer: runs a target over files, then over so many mutations of them, the same ones every time.
 *
 *   replay [-n MUTATIONS] [-s SEED] [-o FILE] FILE ...
 *
 * -o writes each input to a file before it is run, so that the one that ends the process is there. */

#define LONGEST 16384

typedef struct input {
  uint8_t *bytes;
  size_t size;
} input;

static uint64_t state;

static uint32_t below(uint32_t limit)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)((state >> 32) % limit);
}

static input read_file(const char *path)
{
  input in = { NULL, 0 };
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    (void)fprintf(stderr, "%s cannot be read\n", path);
    exit(1);
  }
  in.bytes = fuzz_room(LONGEST);
  in.size = fread(in.bytes, 1, LONGEST, file);
  (void)fclose(file);
  return in;
}

static void overwrite(input *in)
{
  static const char often[] = "0019-+.,;:'\"\n\r\t (%=_eET\0\x7f\x80\xff\xfe";
  size_t at = below((uint32_t)in->size);
  switch (below(4)) {
  case 0:
    in->bytes[at] ^= (uint8_t)(1u << below(8));
    break;
  case 1:
    in->bytes[at] = (uint8_t)below(256);
    break;
  case 2:
    in->bytes[at] = (uint8_t)(in->bytes[at] + 1 + below(4) * 2);
    break;
  default:
    in->bytes[at] = (uint8_t)often[below(sizeof often - 1)];
    break;
  }
}

/* Puts count bytes of another input, or of the same one, in at a place. */
static void insert(input *in, const input *from)
{
  uint8_t piece[256];
  size_t at = below((uint32_t)in->size + 1);
  size_t start = from->size == 0 ? 0 : below((uint32_t)from->size);
  size_t count = 1 + below(1u << below(9));
  count = count > from->size - start ? from->size - start : count;
  count = count > sizeof piece ? sizeof piece : count;
  count = count > LONGEST - in->size ? LONGEST - in->size : count;
  memcpy(piece, from->bytes + start, count);
  memmove(in->bytes + at + count, in->bytes + at, in->size - at);
  memcpy(in->bytes + at, piece, count);
  in->size += count;
}

static void cut(input *in)
{
  size_t at = below((uint32_t)in->size);
  size_t count = 1 + below(1u << below(8));
  count = count > in->size - at ? in->size - at : count;
  memmove(in->bytes + at, in->bytes + at + count, in->size - at - count);
  in->size -= count;
}

static void mutate(input *in, const input *inputs, int count)
{
  uint32_t times = 1 + (below(3) == 0 ? below(6) : 0);
  while (times-- > 0) {
    uint32_t what = below(8);
    if (in->size == 0 || what == 0) {
      insert(in, &inputs[below((uint32_t)count)]);
    } else if (what == 1) {
      insert(in, in);
    } else if (what == 2) {
      cut(in);
    } else {
      overwrite(in);
    }
  }
}

static void run_input(const input *in, const char *output)
{
  uint8_t *exact;
  if (output != NULL) {
    FILE *file = fopen(output, "wb");
    NEED(file != NULL);
    NEED(fwrite(in->bytes, 1, in->size, file) == in->size);
    NEED(fclose(file) == 0);
  }
  exact = fuzz_room(in->size);   /* so that a byte too far is noticed */
  memcpy(exact, in->bytes, in->size);
  (void)LLVMFuzzerTestOneInput(exact, in->size);
  free(exact);
}

int main(int argc, char **argv)
{
  const char *output = NULL;
  long mutations = 0;
  input *inputs;
  input changed;
  int count = 0;
  int i = 1;
  long m;
  state = 1;
  for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    if (argv[i][1] == 'n') {
      mutations = strtol(argv[i + 1], NULL, 10);
    } else if (argv[i][1] == 's') {
      state = (uint64_t)strtol(argv[i + 1], NULL, 10);
    } else {
      output = argv[i + 1];
    }
  }
  state = state * UINT64_C(0x9E3779B97F4A7C15) + 1;
  inputs = fuzz_room((size_t)argc * sizeof *inputs);
  for (; i < argc; i++) {
    inputs[count] = read_file(argv[i]);
    run_input(&inputs[count++], output);
  }
  changed.bytes = fuzz_room(LONGEST);
  for (m = 0; count > 0 && m < mutations; m++) {
    const input *from = &inputs[m % count];
    changed.size = from->size;
    memcpy(changed.bytes, from->bytes, from->size);
    mutate(&changed, inputs, count);
    run_input(&changed, output);
  }
  free(changed.bytes);
  (void)printf("%d inputs, %ld mutations of them\n%d passed, 0 failed\n", count, mutations, count + (mutations > 0));
  while (count > 0) {
    free(inputs[--count].bytes);
  }
  free(inputs);
  return 0;
}
