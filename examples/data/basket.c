/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "chain.h"
#include "planted.h"

/* What is in a basket. */

enum { SPECIAL_PERMILLE = 55 /* products on special offer in a week */ };

static const uint32_t MONTH_BASKET[12] = {100, 98, 100, 100, 100, 100, 98, 98, 100, 100, 104, 118};

/* How a basket is filled: the chance of another line and of another unit, and how choosy about price. */
struct basket {
  uint32_t more_lines, more_units; /* per mille */
  int prefers_price;
  int trade;
  uint32_t percent; /* corporate: size of the order */
};

static uint32_t limited(uint32_t value, uint32_t limit)
{
  return value < limit ? value : limit;
}

static struct basket basket_of(const struct chain *chain, const struct member *member, int32_t day)
{
  struct basket basket = {370, 420, 1, 0, 100};
  uint32_t percent = MONTH_BASKET[date_of(day).month - 1];
  if (member != NULL) {
    percent = percent * member->taste / 100;
    if (member->class == ORDINARY) {
      basket.more_lines = 190;
      basket.more_units = 300;
      basket.prefers_price = 0;
    } else if (member->class == VIP) {
      basket.more_lines = 640;
      basket.more_units = 510;
    } else {
      basket.trade = 1;
      percent = percent * planted_order(chain, day) / 100;
    }
  }
  basket.more_lines = limited(basket.more_lines * percent / 100, 800);
  basket.more_units = limited(basket.more_units * percent / 100, 750);
  basket.percent = percent;
  return basket;
}

static int is_sold(const struct product *product, int32_t day)
{
  return product->launched <= day && day < product->stopped;
}

static int holds(const struct document *document, uint32_t product)
{
  uint32_t i;
  for (i = 0; i < document->line_count; i++) {
    if (document->lines[i].product == product) {
      return 1;
    }
  }
  return 0;
}

/* A product that is sold on the day and not yet in the basket. */
static uint32_t draw_product(struct chain *chain, const struct document *document, const uint32_t *weights)
{
  uint32_t product;
  do {
    product = random_weighted(&chain->random, weights, chain->product_count);
  } while (!is_sold(&chain->products[product], document->day) || holds(document, product) ||
           planted_disinterest(chain, product, document->day));
  return product;
}

static uint32_t choose_product(struct chain *chain, const struct document *document, const struct basket *basket)
{
  const uint32_t *weights = basket->trade ? chain->trade : chain->popularity;
  uint32_t first = draw_product(chain, document, weights), second;
  if (!basket->prefers_price) {
    return first;
  }
  second = draw_product(chain, document, weights);
  return chain->products[second].price > chain->products[first].price ? second : first;
}

static int64_t choose_quantity(struct random *random, const struct basket *basket, const struct product *product)
{
  int64_t units = 1;
  if (basket->trade) {
    return (int64_t)((uint32_t)random_between(random, 5, 11) * basket->percent / 100 + 1) * 1000;
  }
  while (units < 12 && random_chance(random, basket->more_units)) {
    units++;
  }
  return product->category->weighed ? units * random_between(random, 50, 240) * 5 : units * 1000;
}

/* Percent off: the week's special offers for all, a trade rate for corporate buyers. */
static int64_t discount_percent(const struct basket *basket, uint32_t product, int32_t day)
{
  uint64_t hash = mix((uint64_t)product * 1009 + (uint64_t)(day / 7) + 1);
  if (basket->trade) {
    return 6;
  }
  return hash % 1000 < SPECIAL_PERMILLE ? 10 + (int64_t)(hash >> 32) % 4 * 5 : 0;
}

/* The shelf price stands still while suppliers ask a little more every year. */
static int64_t cost_permille(int32_t day)
{
  return 970 + 30 * (int64_t)day / DAYS;
}

static int64_t divide_rounded(int64_t value, int64_t by)
{
  return (value + by / 2) / by;
}

static void add_line(struct chain *chain, struct document *document, const struct basket *basket)
{
  struct line *line = &document->lines[document->line_count];
  const struct product *product;
  int64_t gross;
  line->product = choose_product(chain, document, basket);
  product = &chain->products[line->product];
  line->quantity = choose_quantity(&chain->random, basket, product);
  gross = divide_rounded(line->quantity * product->price, 1000);
  line->discount = divide_rounded(gross * (discount_percent(basket, line->product, document->day) +
                                           planted_discount(chain, document->staff, document->day)), 100);
  line->amount = gross - line->discount;
  line->cost = divide_rounded(line->quantity * product->cost * cost_permille(document->day), 1000 * 1000);
  document->line_count++;
}

void fill_basket(struct chain *chain, struct document *document)
{
  const struct member *member = document->member < 0 ? NULL : &chain->members[document->member];
  struct basket basket = basket_of(chain, member, document->day);
  uint32_t fixed = basket.trade ? 4 + random_below(&chain->random, 4) : 1;
  while (document->line_count < fixed ||
         (!basket.trade && document->line_count < MAX_LINES && random_chance(&chain->random, basket.more_lines))) {
    add_line(chain, document, &basket);
  }
}
