/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
/*
 * Makes the sample data of the examples, and big sales files for load tests.
 *
 *   generate [--plain] DIRECTORY
 *       writes sales.csv, customers.csv, products.csv and more: three years of a membership supermarket chain with five
 *       branches. They are made to hold the questions that such a chain asks: members grow steadily while revenue
 *       stands still (each new member comes less often and leaves sooner); most members come often and spend little;
 *       a few spend a lot at a time; a few corporate buyers come rarely, at regular intervals, in business hours, with
 *       huge tickets. Beside them: walk-in sales without a member, returns, members who lapse, some who come back,
 *       some who never bought, products launched late and products that stopped selling.
 *
 *   generate --lines N --customers M [--seed S] FILE
 *       writes one sales file of N lines, its documents spread over 36 months in the order of their days, each with a
 *       customer drawn at random. It is streamed: N is limited by the disk alone.
 *
 * Nobody in the data is real. The same arguments give the same bytes on every platform: integers only, an own random
 * generator, no clock, no locale.
 */
#include "files.h"
#include "load.h"

#include <stdlib.h>
#include <string.h>

static int write_file(const struct chain *chain, const char *directory, const char *name,
                      void (*put)(struct writer *, const struct chain *))
{
  size_t size = strlen(directory) + strlen(name) + 2;
  char *path = malloc(size);
  struct writer *writer;
  int good = 0;
  if (path == NULL) {
    fprintf(stderr, "generate: out of memory\n");
    return 0;
  }
  snprintf(path, size, "%s/%s", directory, name);
  writer = writer_open(path);
  if (writer != NULL) {
    put(writer, chain);
    good = writer_close(writer, path);
  }
  free(path);
  return good;
}

static int generate_sample(const char *directory, int plain)
{
  static const struct {
    const char *name;
    void (*put)(struct writer *, const struct chain *);
  } FILES[] = {
      {"sales.csv", put_sales},
      {"late.csv", put_late},
      {"customers.csv", put_customers},
      {"products.csv", put_products},
      {"opportunities.csv", put_opportunities},
      {"pipelines.csv", put_pipelines},
      {"stages.csv", put_stages},
      {"interactions.csv", put_interactions},
      {"payments.csv", put_payments},
      {"figures.csv", put_figures},
      {"staff.csv", put_staff},
      {"ownership.csv", put_ownership},
      {"changes.csv", put_changes},
      {"assignments.csv", put_assignments},
      {"merges.csv", put_merges},
      {"parents.csv", put_parents},
  };
  struct chain chain;
  int good = chain_create(&chain, plain) && make_visits(&chain);
  size_t i;
  if (!good) {
    fprintf(stderr, "generate: out of memory\n");
  }
  for (i = 0; good && i < sizeof FILES / sizeof FILES[0]; i++) {
    good = write_file(&chain, directory, FILES[i].name, FILES[i].put);
  }
  chain_destroy(&chain);
  return good;
}

static int usage(void)
{
  fprintf(stderr, "usage: generate [--plain] DIRECTORY\n"
                  "       generate --lines N --customers M [--seed S] FILE\n");
  return 2;
}

/* Digits only, at most 18 of them. */
static int parse_number(const char *text, uint64_t *number)
{
  uint64_t value = 0;
  size_t i;
  for (i = 0; text[i] != '\0'; i++) {
    if (text[i] < '0' || text[i] > '9' || i == 18) {
      return 0;
    }
    value = value * 10 + (uint64_t)(text[i] - '0');
  }
  *number = value;
  return i > 0;
}

int main(int argc, char **argv)
{
  uint64_t lines = 0, customers = 0, seed = 1;
  const char *target = NULL;
  int plain = 0, i, good;
  for (i = 1; i < argc; i++) {
    uint64_t *number = strcmp(argv[i], "--lines") == 0       ? &lines
                       : strcmp(argv[i], "--customers") == 0 ? &customers
                       : strcmp(argv[i], "--seed") == 0      ? &seed
                                                             : NULL;
    if (number != NULL) {
      if (i + 1 == argc || !parse_number(argv[++i], number)) {
        return usage();
      }
    } else if (strcmp(argv[i], "--plain") == 0) {
      plain = 1;
    } else if (target != NULL || argv[i][0] == '-') {
      return usage();
    } else {
      target = argv[i];
    }
  }
  if (target == NULL || (lines == 0) != (customers == 0) || customers > 1000000000 ||
      lines > UINT64_C(1000000000000000) || (plain && lines > 0)) {
    return usage();
  }
  good = lines == 0 ? generate_sample(target, plain) : generate_load(lines, (uint32_t)customers, seed, target);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
