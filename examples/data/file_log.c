/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "files.h"

/* The log of the member file: what the clerks wrote down when members moved, asked for another card or were asked
 * whether all is still right. Every third member ever is. */

enum { LOG_EVERY = 210, FIRST_CLERK = 11, CLERKS = 20 };

static void put_entry(struct writer *writer, uint32_t member, int32_t day, uint64_t hash)
{
  static const char *const FIELDS[] = {"region", "segment", "region", "channels"};
  put_field(writer, member);
  put_text_field(writer, FIELDS[hash % 4]);
  put_date_field(writer, day);
  put_text_field(writer, (hash >> 8) % 3 == 0 ? "changed" : "confirmed");
  put_digits(writer, FIRST_CLERK + (hash >> 16) % CLERKS, 1);
  put_char(writer, '\n');
}

void put_changes(struct writer *writer, const struct chain *chain)
{
  uint32_t i;
  put_text(writer, "customer,field,time,kind,staff\n");
  for (i = 0; i < chain->member_count; i++) {
    int32_t joined = chain->members[i].joined;
    int32_t day = (joined > 0 ? joined : 0) + 30 + (int32_t)(mix(i + 3) % LOG_EVERY);
    uint32_t number = 0;
    for (; i % 3 == 0 && day < DAYS; day += LOG_EVERY + (int32_t)(mix(i * 31 + number) % LOG_EVERY)) {
      put_entry(writer, FIRST_MEMBER + i, day, mix((uint64_t)i * 64 + number++));
    }
  }
}
