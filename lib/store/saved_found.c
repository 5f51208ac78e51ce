/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_found.h"

#include "base/error.h"

/* Frames of a damaged file, and which checkpoints there are among them. */

#define GAP (UINT64_C(1) << 32)   /* between places where a frame may be lost: more than a plan names */

/* ---- frames ---- */

static crm_status keep_frame(crm__found *found, const crm__frame *frame, uint64_t place, crm_error *error)
{
  if (!crm__grow(&found->memory, (void **)&found->frames, &found->capacity, found->count + 1,
                 sizeof *found->frames) ||
      !crm__grow(&found->memory, (void **)&found->places, &found->place_capacity, found->count + 1,
                 sizeof *found->places)) {
    return crm__fail_memory(error);
  }
  found->frames[found->count] = *frame;
  found->places[found->count++] = place;
  return CRM_OK;
}

crm_status crm__found_open(crm__found *found, const crm__memory *memory, const crm_io *io, const char *path,
                           crm_error *error)
{
  crm_status status;
  uint64_t place = 0;
  int more = 1;
  found->memory = crm__memory_fork(memory);
  status = crm__scan_open(&found->memory, io, path, &found->scan, error);
  while (status == CRM_OK && more) {
    crm__frame frame;
    int intact = 0;
    status = crm__scan_next(found->scan, &frame, &more, &intact, error);
    place += status == CRM_OK && crm__scan_follows(found->scan) ? 1 : GAP;
    if (status == CRM_OK && more && intact) {
      status = keep_frame(found, &frame, place, error);
    }
  }
  return status;
}

void crm__found_close(crm__found *found)
{
  crm__scan_close(found->scan);
  crm__free_array(&found->memory, found->frames, found->capacity, sizeof *found->frames);
  crm__free_array(&found->memory, found->places, found->place_capacity, sizeof *found->places);
}

crm_status crm__found_payload(crm__found *found, const crm__frame *frame, unsigned char **bytes, crm_error *error)
{
  crm_status status;
  *bytes = crm__alloc_array(&found->memory, frame->length + 1, 1);
  if (*bytes == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__scan_payload(found->scan, frame, *bytes, error);
  if (status != CRM_OK) {
    crm__found_drop(found, frame, *bytes);
    *bytes = NULL;
  }
  return status;
}

void crm__found_drop(crm__found *found, const crm__frame *frame, unsigned char *bytes)
{
  crm__free_array(&found->memory, bytes, frame->length + 1, 1);
}

/* ---- heads ---- */

static int is_plan(const crm__frame *frame)
{
  return frame->kind == (CRM__SAVED_PART | CRM__PART(CRM__PART_PLAN, 0));
}

int crm__found_is_head(const crm__frame *frame)
{
  return frame->kind == CRM__SAVED_HEAD || frame->kind == CRM__SAVED_COPY || is_plan(frame);
}

static void read_listing(const crm__found *found, crm__listing *listing)
{
  const crm__frame *frame = listing->frame;
  uint64_t skipped = is_plan(frame) ? CRM__SAVED_PART_HEAD + 8U : 8U;
  uint64_t left = frame->length < skipped ? 0 : frame->length - skipped;
  uint64_t i;
  listing->size = frame->length < skipped ? UINT64_MAX : crm__load64(listing->bytes + skipped - 8);
  if (listing->size > left) {
    return;
  }
  listing->head = listing->bytes + skipped;
  listing->list = listing->head + listing->size;
  listing->pieces = (left - listing->size) / (is_plan(frame) ? CRM__SAVED_PLANNED : CRM__SAVED_ENTRY);
  listing->pieces = listing->pieces < GAP ? listing->pieces : 0;
  for (i = 0; i < listing->pieces; i++) {
    listing->lost += crm__found_piece_of(found, listing, i).frame == NULL;
  }
}

crm_status crm__found_listing(crm__found *found, const crm__frame *frame, crm__listing *listing, crm_error *error)
{
  crm_status status;
  memset(listing, 0, sizeof *listing);
  listing->frame = frame;
  status = crm__found_payload(found, frame, &listing->bytes, error);
  if (status == CRM_OK) {
    read_listing(found, listing);
  }
  return status;
}

void crm__found_listing_end(crm__found *found, crm__listing *listing)
{
  if (listing->bytes != NULL) {
    crm__found_drop(found, listing->frame, listing->bytes);
  }
  memset(listing, 0, sizeof *listing);
}

/* ---- pieces ---- */

/* The intact frame whose payload begins at an offset; NULL: there is none. */
static const crm__frame *frame_at(const crm__found *found, uint64_t offset)
{
  uint64_t low = 0;
  uint64_t high = found->count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (found->frames[middle].offset < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < found->count && found->frames[low].offset == offset ? &found->frames[low] : NULL;
}

/* The intact frame that stands so many behind another one; NULL: it, or one between, is lost. */
static const crm__frame *frame_behind(const crm__found *found, const crm__frame *frame, uint64_t behind)
{
  uint64_t low = (uint64_t)(frame - found->frames);
  uint64_t place = found->places[low] + behind;
  uint64_t high = found->count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (found->places[middle] < place) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < found->count && found->places[low] == place ? &found->frames[low] : NULL;
}

crm__found_piece crm__found_piece_of(const crm__found *found, const crm__listing *listing, uint64_t i)
{
  int plan = is_plan(listing->frame);
  const unsigned char *entry = listing->list + (plan ? CRM__SAVED_PLANNED : CRM__SAVED_ENTRY) * i;
  crm__found_piece piece;
  piece.part = crm__load32(entry);
  piece.first = (uint64_t)crm__load32(entry + 4) * CRM__CHUNK;
  piece.frame = plan ? frame_behind(found, listing->frame, i + 1) : frame_at(found, crm__load64(entry + 8));
  if (piece.frame != NULL && (piece.frame->kind != (CRM__SAVED_PART | piece.part) ||
                              (plan && piece.frame->commit != listing->frame->commit) ||
                              (!plan && (piece.frame->length != crm__load64(entry + 16) ||
                                         piece.frame->checksum != crm__load64(entry + 24))))) {
    piece.frame = NULL;
  }
  return piece;
}

/* ---- which one ---- */

crm_status crm__found_choose(crm__found *found, const crm__frame **best, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t least = UINT64_MAX;
  uint64_t headed = 0;   /* commit whose head is there: then its plan is not needed */
  uint64_t i;
  *best = NULL;
  for (i = found->count; status == CRM_OK && i-- > 0;) {
    const crm__frame *frame = &found->frames[i];
    crm__listing listing;
    if (!crm__found_is_head(frame) || (is_plan(frame) && frame->commit == headed)) {
      continue;
    }
    status = crm__found_listing(found, frame, &listing, error);
    if (status == CRM_OK && listing.pieces > 0) {
      headed = frame->commit;
      if (listing.lost < least) {
        least = listing.lost;
        *best = frame;
      }
    }
    crm__found_listing_end(found, &listing);
  }
  return status;
}
