/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/csv_split.h"

#include "base/text.h"
#include "table/csv.h"

#include <string.h>

/* Eight bytes are looked at as one word. The tests below set the top bit of each byte that matches; a borrow may set it
 * in bytes above a match too, so what is found is looked at again as a byte. */
#define ONES UINT64_C(0x0101010101010101)
#define TOPS UINT64_C(0x8080808080808080)

#define GOES_ON (-1)

static inline uint64_t word_at(const char *text)
{
  const unsigned char *byte = (const unsigned char *)text;
  return (uint64_t)byte[0] | (uint64_t)byte[1] << 8 | (uint64_t)byte[2] << 16 | (uint64_t)byte[3] << 24 |
         (uint64_t)byte[4] << 32 | (uint64_t)byte[5] << 40 | (uint64_t)byte[6] << 48 | (uint64_t)byte[7] << 56;
}

/* Bytes below `bound`, which is at most 128. */
static inline uint64_t below(uint64_t word, uint64_t bound)
{
  return (word - ONES * bound) & ~word & TOPS;
}

static inline uint64_t equal(uint64_t word, uint64_t pattern)
{
  return below(word ^ pattern, 1);
}

static inline uint64_t pattern_of(char c)
{
  return ONES * (unsigned char)c;
}

/* The index of the lowest byte that is marked. */
static inline size_t first_mark(uint64_t marks)
{
  return (size_t)((((marks & (0U - marks)) >> 7) * UINT64_C(0x0001020304050607)) >> 56);
}

/* The index of the lowest bit: each six bits in a row of the factor occur once. */
static inline size_t first_bit(uint64_t bits)
{
  static const unsigned char index[64] = {
    0,  1,  48, 2,  57, 49, 28, 3,  61, 58, 50, 42, 38, 29, 17, 4,  62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30,
    24, 18, 12, 5,  63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11, 46, 26, 40, 15, 34, 20, 31, 10,
    25, 14, 19, 9,  13, 8,  7,  6
  };
  return index[((bits & (0U - bits)) * UINT64_C(0x03F79D71B4CB0A89)) >> 58];
}

/* Marks of the first `count` bytes only. */
static inline uint64_t cut_marks(uint64_t marks, size_t count)
{
  return count < 8 ? marks & (((uint64_t)1 << (8 * count)) - 1) : marks;
}

void crm__split_forget(crm__splitter *split)
{
  split->chunk = SIZE_MAX / 2;   /* more than 64 away from any text */
}

void crm__split_begin(crm__splitter *split, size_t record)
{
  split->record = record;
  split->at = record;
  split->field = record;
  split->fields = 0;
  split->quoted = 0;
  split->doubled = 0;
  split->special = 0;
  split->any_doubled = 0;
}

static inline void end_field(crm__splitter *split, size_t end, uint32_t flag)
{
  if (split->fields < split->room) {
    crm__span *span = &split->spans[split->fields];
    span->start = (uint32_t)(split->field - split->record);
    span->length = (uint32_t)(end - split->field) | flag;
  }
  split->fields++;
}

/* The eight top bits, side by side. */
static inline uint64_t gather(uint64_t tops)
{
  return (tops * UINT64_C(0x0002040810204081)) >> 56;
}

/* Marks 64 bytes at once, so that their fields are found in one loop. Where comma, tab or a blank delimits, whatever is
 * not above a comma is marked: that is one test in place of three, and what else it marks is rare. */
static void mark_chunk(crm__splitter *split, size_t chunk)
{
  const uint64_t quotes = pattern_of('"');
  const uint64_t delimiters = pattern_of(split->delimiter);
  const char *text = split->text + chunk;
  uint64_t marks = 0;
  uint64_t seen = 0;
  if (split->delimiter <= ',') {
    for (int i = 0; i < 64; i += 8) {
      uint64_t word = word_at(text + i);
      marks |= gather(below(word, ',' + 1)) << i;
      seen |= word;
    }
  } else {
    for (int i = 0; i < 64; i += 8) {
      uint64_t word = word_at(text + i);
      marks |= gather(below(word, 0x0E) | equal(word, quotes) | equal(word, delimiters)) << i;
      seen |= word;
    }
  }
  split->chunk = chunk;
  split->marks = marks;
  split->tops = seen & TOPS;
}

/* The marks of the chunk in [from, stop). */
static inline uint64_t marks_between(const crm__splitter *split, size_t from, size_t stop)
{
  size_t chunk = split->chunk;
  if (from - chunk >= 64) {
    return 0;
  }
  uint64_t marks = split->marks >> (from - chunk) << (from - chunk);
  return stop - chunk < 64 ? marks & (((uint64_t)1 << (stop - chunk)) - 1) : marks;
}

static inline int delimits(const crm__splitter *split, char c)
{
  return c == split->delimiter || (c == '\t' && split->blank);
}

/* What stands outside quotes at `at`. */
static inline int meet(crm__splitter *split, size_t at)
{
  char c = split->text[at];
  int ends = c == '\n' || c == '\r';
  if (ends || delimits(split, c)) {
    if (!split->blank || at != split->field) {
      end_field(split, at, 0);
    }
    split->field = at + 1;
    split->at = ends ? at : at + 1;
    return ends ? CRM__SPLIT_END : GOES_ON;
  }
  split->at = at + 1;
  if (c == '"' && at == split->field) {
    split->quoted = 1;
    split->field = at + 1;
  } else if (c == '\0') {
    split->special = 1;
  }
  return GOES_ON;
}

/* What stands inside quotes at `at`; moves split->at past it, but not past a quote where stop hides what follows. */
static int meet_quoted(crm__splitter *split, size_t at, size_t stop)
{
  char c = split->text[at];
  split->at = at + 1;
  if (c != '"') {
    split->special |= c == '\0';
    return GOES_ON;
  }
  if (at + 1 == stop) {
    split->at = at;
    return CRM__SPLIT_STOP;
  }
  char next = split->text[at + 1];
  if (next == '"') {
    split->doubled = 1;
    split->at = at + 2;
    return GOES_ON;
  }
  int ends = next == '\n' || next == '\r';
  if (!ends && !delimits(split, next)) {
    return CRM__SPLIT_ERROR;
  }
  end_field(split, at, split->doubled ? CRM__SPAN_DOUBLED : 0);
  split->any_doubled |= split->doubled;
  split->doubled = 0;
  split->quoted = 0;
  if (ends) {
    return CRM__SPLIT_END;
  }
  split->field = at + 2;
  split->at = at + 2;
  return GOES_ON;
}

/* Ends fields outside quotes up to the first mark that is a line end, a quote or a zero byte; answers the marks from it
 * on. What `meet` does in the common case, with all it takes in registers. */
static uint64_t end_fields(crm__splitter *split, uint64_t marks)
{
  const char *text = split->text + split->chunk;
  const char delimiter = split->delimiter;
  const size_t record = split->record;
  const uint32_t room = split->room;
  crm__span *spans = split->spans;
  size_t field = split->field;
  uint32_t fields = split->fields;
  for (; marks != 0; marks &= marks - 1) {
    size_t index = first_bit(marks);
    if (text[index] != delimiter) {
      if (text[index] > '\r' && text[index] != '"') {
        continue;
      }
      break;
    }
    size_t at = split->chunk + index;
    if (fields < room) {
      spans[fields].start = (uint32_t)(field - record);
      spans[fields].length = (uint32_t)(at - field);
    }
    fields++;
    field = at + 1;
  }
  split->field = field;
  split->fields = fields;
  return marks;
}

int crm__split_run(crm__splitter *split, size_t stop)
{
  size_t at = split->at;
  while (at < stop) {
    if (at - split->chunk >= 64) {
      mark_chunk(split, at);
    }
    size_t next = split->chunk + 64;
    split->special |= split->tops != 0;
    uint64_t marks = marks_between(split, at, stop);
    while (marks != 0) {
      if (!split->quoted && !split->blank) {
        marks = end_fields(split, marks);
        if (marks == 0) {
          break;
        }
      }
      size_t mark = split->chunk + first_bit(marks);
      int met = split->quoted ? meet_quoted(split, mark, stop) : meet(split, mark);
      if (met != GOES_ON) {
        return met;
      }
      marks = marks_between(split, split->at, stop);
    }
    at = split->at > next ? split->at : next;   /* past the second of two quotes */
  }
  split->at = stop;
  return CRM__SPLIT_STOP;
}

size_t crm__split_line(const char *text, size_t from, size_t stop)
{
  for (size_t at = from; at < stop; at += 8) {
    uint64_t marks = cut_marks(below(word_at(text + at), 0x0E), stop - at);
    for (; marks != 0; marks &= marks - 1) {
      size_t mark = at + first_mark(marks);
      if (text[mark] == '\n' || text[mark] == '\r') {
        return mark;
      }
    }
  }
  return stop;
}

uint32_t crm__split_undouble(char *text, uint32_t length)
{
  uint32_t to = 0;
  for (uint32_t from = 0; from < length; from++) {
    char c = text[from];
    text[to++] = c;
    from += c == '"';   /* inside a quoted field every quote has its double */
  }
  return to;
}

/* May read past the field: it stands in the text, after which there is room. */
uint32_t crm__split_check(const char *text, uint32_t length)
{
  uint64_t seen = 0;
  uint64_t zeros = 0;
  for (uint32_t i = 0; i < length; i += 8) {
    uint64_t word = word_at(text + i);
    seen |= cut_marks(word & TOPS, length - i);
    zeros |= cut_marks(below(word, 1), length - i);
  }
  if (zeros != 0) {
    return CRM__FIELD_NUL;
  }
  return seen == 0 || crm__utf8_valid(text, length) ? 0 : CRM__FIELD_ENCODING;
}
