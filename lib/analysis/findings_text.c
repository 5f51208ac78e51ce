/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings_found.h"

#include "base/civil.h"
#include "base/pen.h"
#include "base/text.h"

/* How findings are told. */

#define UNIT_RATE 'r'       /* millionths; told in percent */
#define UNIT_CHANGE 's'     /* likewise, with its sign */
#define UNIT_POINTS 'p'     /* likewise, a difference of rates */
#define UNIT_COUNT 'c'
#define UNIT_MONEY 'm'

#define PERIOD_NONE 0
#define PERIOD_MONTH 1
#define PERIOD_DAY 2

typedef struct kind {
  const char *id;
  const char *names[CRM__FOUND_VALUES];
  char units[CRM__FOUND_VALUES + 1];
  int period;
  const char *messages[2];   /* %0 %1 %2 the values, %s the subject, %p the period, %n the cases */
} kind;

static const kind kinds[CRM__FOUND_KINDS] = {
  {"members_without_revenue", {"members_growth", "revenue_growth", "members"}, "rsc", PERIOD_NONE,
   {"Members grew by %0 in a year, to %2; revenue changed by %1",
    "会员一年内变动 %0（现有 %2 人），营业额却只变动 %1"}},
  {"frequency_ticket_split", {"big_ticket_orders", "big_ticket_money", "also_frequent"}, "rrr", PERIOD_NONE,
   {"The fifth of customers with the largest tickets makes %0 of orders and %1 of the money",
    "单次消费最高的五分之一客户只占订单的 %0，却占金额的 %1"}},
  {"concentration_up", {"top_20", "top_20_before", "points"}, "rrp", PERIOD_NONE,
   {"The top 20 % of customers hold %0 of spend, a year before %1",
    "前 20% 的客户占消费额的 %0，一年前为 %1"}},
  {"branch_behind", {"change", "others", "orders"}, "ssc", PERIOD_NONE,
   {"Branch %s changed by %0 in half a year against the year before, the others by %1",
    "门店 %s 半年同比变动 %0，其余门店 %1"}},
  {"product_behind", {"change", "others", "lines"}, "ssc", PERIOD_NONE,
   {"Product %s changed by %0 in half a year against the year before, the others by %1",
    "产品 %s 半年同比变动 %0，其余产品 %1"}},
  {"segment_behind", {"change", "others", "orders"}, "ssc", PERIOD_NONE,
   {"Customers of segment %s changed by %0 in half a year against the year before, the others by %1",
    "客户群 %s 半年同比变动 %0，其余客户 %1"}},
  {"value_falling", {"fallen", "before", "money"}, "rrm", PERIOD_NONE,
   {"%0 of last year's value customers are none any more, a year before %1; they had spent %2",
    "上一年的价值客户中有 %0 已不再是价值客户（一年前为 %1），他们曾消费 %2"}},
  {"leak_up", {"leak", "before", "customers"}, "rrc", PERIOD_NONE,
   {"%0 of the active customers fell silent in half a year (%2), a year before %1",
    "半年内有 %0 的活跃客户沉默（%2 人），一年前为 %1"}},
  {"promotion_slowed", {"rate", "before", "customers"}, "rrc", PERIOD_NONE,
   {"%0 of new customers came back within 12 weeks, a year before %1",
    "新客户中有 %0 在 12 周内再次购买，一年前为 %1"}},
  {"staff_returns", {"rate", "others", "returns"}, "rrc", PERIOD_NONE,
   {"Staff %s books returns on %0 of documents, the others on %1", "员工 %s 的退货单占 %0，其他人为 %1"}},
  {"staff_voids", {"rate", "others", "voids"}, "rrc", PERIOD_NONE,
   {"Staff %s voids %0 of documents, the others %1", "员工 %s 的作废单占 %0，其他人为 %1"}},
  {"staff_discounts", {"rate", "others", "discount"}, "rrm", PERIOD_NONE,
   {"Staff %s gives a discount on %0 of documents (%2 in all), the others on %1",
    "员工 %s 在 %0 的单据上打折（共 %2），其他人为 %1"}},
  {"shared_customer", {"share", "orders", "next"}, "rcc", PERIOD_NONE,
   {"Customer %s holds %0 of all orders, the next one %2 orders: most likely a key for nobody",
    "客户 %s 占全部订单的 %0，其次者仅 %2 单：多半是无人专用的公共编号"}},
  {"reopened_month", {"documents", "amount", "share"}, "cmr", PERIOD_MONTH,
   {"%0 documents reached %p after it was over and changed it by %1",
    "%p 结束之后又收到 %0 张单据，金额变动 %1"}},
  {"dead_stock", {"idle_days", "stock", NULL}, "cm", PERIOD_NONE,
   {"Product %s has not sold for %0 days; %1 of stock lie there",
    "产品 %s 已 %0 天没有售出，仍有库存 %1"}},
  {"data_gap", {"days", "expected", NULL}, "cc", PERIOD_DAY,
   {"No document%s for %0 days from %p on, where about %1 were to be expected",
    "自 %p 起%s连续 %0 天没有单据，通常应有约 %1 张"}},
  {"unusual_orders", {"value", "expected", "change"}, "ccs", PERIOD_MONTH,
   {"Orders in %p lie %2 off what its season lets expect (%0, not %1)",
    "%p 的订单数与季节水平相差 %2（%0，应为约 %1）"}},
  {"unusual_revenue", {"value", "expected", "change"}, "mms", PERIOD_MONTH,
   {"Revenue of %p lies %2 off what its season lets expect (%0, not %1)",
    "%p 的营业额与季节水平相差 %2（%0，应为约 %1）"}},
  {"unusual_day", {"value", "expected", "change"}, "ccs", PERIOD_DAY,
   {"Orders on %p lie %2 off what such a day lets expect (%0, not %1)",
    "%p 的订单数与同类日子相差 %2（%0，应为约 %1）"}},
};

const char *crm__found_name(int32_t which)
{
  return kinds[which].id;
}

static void put_plain(crm__pen *to, char unit, int64_t value, int32_t digits)
{
  crm__pen_decimal(to, value, unit == UNIT_COUNT ? 0 : unit == UNIT_MONEY ? digits : 6);
}

static void put_told(crm__pen *to, char unit, int64_t value, int32_t digits)
{
  switch (unit) {
  case UNIT_COUNT:
    crm__pen_grouped(to, value, 0);
    break;
  case UNIT_MONEY:
    crm__pen_grouped(to, value, digits);
    break;
  default:
    crm__pen_percent(to, value, unit == UNIT_CHANGE);
    break;
  }
}

static void put_key(crm__pen *to, crm__key key)
{
  char digits[24];
  if (key.text != NULL) {
    crm__pen_put(to, key.text, key.length);
  } else if (key.length == 0) {
    crm__pen_put(to, digits, crm__integer_write(key.integer, digits));
  }
}

size_t crm__found_period(const crm__finding *finding, char *text)
{
  size_t length;
  if (finding->day == INT32_MIN) {
    return 0;
  }
  length = crm__date_write(finding->day, text);
  return kinds[finding->kind].period == PERIOD_MONTH ? length - 3U : length;
}

size_t crm__found_evidence(const crm__finding *finding, int32_t digits, char *text)
{
  const kind *of = &kinds[finding->kind];
  crm__pen to = { text, CRM__FOUND_TEXT, 0 };
  int i;
  for (i = 0; i < CRM__FOUND_VALUES && of->names[i] != NULL; i++) {
    crm__pen_put(&to, " ", i > 0);
    crm__pen_text(&to, of->names[i]);
    crm__pen_put(&to, "=", 1);
    put_plain(&to, of->units[i], finding->values[i], digits);
  }
  return to.used;
}

/* A gap's subject is named only where it is a branch. */
static void put_subject(crm__pen *to, const crm__finding *finding, int32_t language)
{
  int named = finding->subject.text != NULL || finding->subject.length == 0;
  if (named && finding->kind == CRM__FOUND_DATA_GAP) {
    crm__pen_text(to, language == 0 ? " of branch " : "门店 ");
  }
  put_key(to, finding->subject);
  if (named && finding->kind == CRM__FOUND_DATA_GAP && language != 0) {
    crm__pen_put(to, " ", 1);
  }
}

static int is_place(char c)
{
  return (c >= '0' && c < '0' + CRM__FOUND_VALUES) || c == 's' || c == 'p' || c == 'n';
}

size_t crm__found_message(const crm__finding *finding, int32_t digits, int32_t language, char *text)
{
  const kind *of = &kinds[finding->kind];
  const char *from = of->messages[language];
  char period[16];
  crm__pen to = { text, CRM__FOUND_TEXT, 0 };
  while (*from != '\0') {
    if (*from != '%' || !is_place(from[1])) {
      crm__pen_put(&to, from++, 1);
      continue;
    }
    if (from[1] == 's') {
      put_subject(&to, finding, language);
    } else if (from[1] == 'p') {
      crm__pen_put(&to, period, crm__found_period(finding, period));
    } else if (from[1] == 'n') {
      crm__pen_grouped(&to, finding->n, 0);
    } else {
      put_told(&to, of->units[from[1] - '0'], finding->values[from[1] - '0'], digits);
    }
    from += 2;
  }
  return to.used;
}
