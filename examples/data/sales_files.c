/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "files.h"

/* Sales, customers, products. */

static void put_sales_line(struct writer *writer, const struct chain *chain, size_t at, const struct line *line)
{
  static const char *const KINDS[] = {"sale", "return", "void"};
  const struct document *document = &chain->documents[at];
  put_field(writer, FIRST_DOCUMENT + at);
  put_time(writer, document->day, document->minute);
  put_char(writer, ',');
  if (document->member >= 0) {
    put_digits(writer, card_of(chain, (uint32_t)document->member, document->day), 1);
  } else if (document->member == SHARED) {
    put_digits(writer, SHARED_KEY, 1);
  }
  put_char(writer, ',');
  put_text_field(writer, KINDS[document->kind]);
  put_product(writer, line->product);
  put_char(writer, ',');
  put_quantity_field(writer, line->quantity);
  put_money_field(writer, chain->products[line->product].price);
  put_money_field(writer, line->amount);
  if (line->discount > 0) {
    put_money(writer, line->discount);
  }
  put_char(writer, ',');
  put_money_field(writer, line->cost);
  put_text_field(writer, BRANCHES[document->branch].name);
  put_digits(writer, FIRST_STAFF + document->staff, 1);
  put_char(writer, '\n');
}

static void put_documents(struct writer *writer, const struct chain *chain, int is_late)
{
  struct orders orders = {0};
  size_t at;
  uint32_t i;
  if (!is_late) {
    make_orders(&orders, chain);
  }
  put_text(writer, "document,time,customer,kind,product,quantity,price,amount,discount,cost,branch,staff\n");
  for (at = 0; at < chain->document_count; at++) {
    const struct document *document = &chain->documents[at];
    put_orders(writer, chain, &orders, document->day, document->minute);
    for (i = 0; document->is_late == is_late && i < document->line_count; i++) {
      put_sales_line(writer, chain, at, &document->lines[i]);
    }
  }
  put_orders(writer, chain, &orders, DAYS, 0);
}

void put_sales(struct writer *writer, const struct chain *chain)
{
  put_documents(writer, chain, 0);
}

void put_late(struct writer *writer, const struct chain *chain)
{
  put_documents(writer, chain, 1);
}

void put_customers(struct writer *writer, const struct chain *chain)
{
  uint32_t i;
  put_text(writer, "customer,kind,region,segment,origin,joined,owner\n");
  for (i = 0; i < chain->member_count; i++) {
    const struct member *member = &chain->members[i];
    int business = member->class == CORPORATE;
    put_field(writer, FIRST_MEMBER + i);
    put_text_field(writer, business ? "business" : "person");
    put_text_field(writer, BRANCHES[member->region].region);
    put_text_field(writer, member->segment);
    put_text_field(writer, member->origin);
    put_date_field(writer, member->joined);
    if (member->class == VIP || business) {
      put_digits(writer, FIRST_REP + owner_of(FIRST_MEMBER + i), 1);
    }
    put_char(writer, '\n');
  }
  put_prospects(writer);
}

void put_products(struct writer *writer, const struct chain *chain)
{
  uint32_t i;
  put_text(writer, "product,category,list_price,unit_cost,launched\n");
  for (i = 0; i < chain->product_count; i++) {
    const struct product *product = &chain->products[i];
    put_product(writer, i);
    put_char(writer, ',');
    put_text_field(writer, product->category->name);
    put_money_field(writer, product->price);
    put_money_field(writer, product->cost);
    put_date(writer, product->launched);
    put_char(writer, '\n');
  }
}
