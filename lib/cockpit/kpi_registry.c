/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_registry.h"

#include "base/text.h"

#include <string.h>

/* Changing what one counts raises its revision; docs/methods/kpis.md is made from this table. */

#define LEVEL CRM__FORM_LEVEL
#define CASES CRM__FORM_CASES
#define WHOLE CRM__FORM_WHOLE
#define RATIO CRM__FORM_RATIO

#define NONE CRM__BASE_NONE

static const crm__kpi_entry registry[] = {
  {"revenue", "Revenue", "销售净额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_REVENUE, NONE, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "money of sale lines less return lines, in the scope's basis", "",
   "the sum over the period, anonymous sales included; equal to the months table",
   "sales.amount sales.kind sales.time"},
  {"revenue_gross", "Gross revenue", "销售总额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_GROSS, NONE, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "sale lines before discount, returns and tax", "",
   "the sum of amount and discount of the sale lines", "sales.amount sales.discount sales.kind sales.time"},
  {"discounts", "Discounts", "折扣额", CRM_KPI_MONEY, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_DISCOUNT, NONE, CRM__BASE_ORDERS, CRM__NEEDS_DISCOUNT,
   "discounts of sale lines", "", "the sum over the period", "sales.discount sales.kind sales.time"},
  {"discount_rate", "Discount rate", "折扣率", CRM_KPI_RATE, CRM_KPI_DOWN, RATIO, 1,
   CRM__BASE_DISCOUNT, CRM__BASE_GROSS, CRM__BASE_ORDERS, CRM__NEEDS_DISCOUNT,
   "discounts of sale lines", "gross revenue",
   "discounts / gross revenue; a share of money, without an interval",
   "sales.amount sales.discount sales.kind sales.time"},
  {"returns", "Returns", "退货额", CRM_KPI_MONEY, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_RETURNED, NONE, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "money of return lines before tax, at or above 0", "",
   "the sum over the period; on the day of the refund or of the sale, as the scope says",
   "sales.amount sales.kind sales.time"},
  {"return_rate", "Return rate", "退货率", CRM_KPI_RATE, CRM_KPI_DOWN, RATIO, 1,
   CRM__BASE_RETURNED, CRM__BASE_SOLD, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "money of return lines", "money of sale lines after discount",
   "returns / sales by value; dated on the refund's day it can pass 1", "sales.amount sales.kind sales.time"},
  {"orders", "Orders", "订单数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_ORDERS, NONE, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "occasions: documents with a sale line", "",
   "the number in the period, anonymous ones included; equal to the months table",
   "sales.document sales.kind sales.time"},
  {"average_order", "Average order value", "客单价", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_REVENUE, CRM__BASE_ORDERS, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "revenue", "orders", "revenue / orders, anonymous ones and returns included",
   "sales.amount sales.document sales.time"},
  {"units", "Units sold", "销售数量", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_UNITS, NONE, CRM__BASE_ORDERS, CRM__NEEDS_QUANTITY,
   "quantity of sale lines less return lines", "", "the sum over the period",
   "sales.quantity sales.kind sales.time"},
  {"units_per_order", "Units per order", "每单件数", CRM_KPI_RATIO, CRM_KPI_UP, 0, 1,
   CRM__BASE_UNITS, CRM__BASE_ORDERS, CRM__BASE_ORDERS, CRM__NEEDS_QUANTITY,
   "quantity of sale lines less return lines", "orders", "units / orders",
   "sales.quantity sales.document sales.time"},
  {"average_price", "Average price", "平均售价", CRM_KPI_MONEY, CRM_KPI_UP, RATIO, 1,
   CRM__BASE_MEASURED, CRM__BASE_UNITS, CRM__BASE_ORDERS, CRM__NEEDS_QUANTITY,
   "revenue of lines with a quantity", "their quantity, returns taken off", "revenue of these lines / units",
   "sales.amount sales.quantity sales.time"},
  {"gross_profit", "Gross profit", "毛利", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_PROFIT, NONE, CRM__BASE_ORDERS, CRM__NEEDS_COST,
   "revenue of lines with a cost, less the cost", "",
   "the sum over the period; lines without a cost are left out (missing_cost_share tells how much that is)",
   "sales.amount sales.cost sales.time"},
  {"gross_margin", "Gross margin", "毛利率", CRM_KPI_RATE, CRM_KPI_UP, RATIO, 1,
   CRM__BASE_PROFIT, CRM__BASE_COSTED, CRM__BASE_ORDERS, CRM__NEEDS_COST,
   "gross profit", "revenue of lines with a cost", "gross profit / revenue of the lines that have a cost",
   "sales.amount sales.cost sales.time"},
  {"missing_cost_share", "Share without cost", "缺失成本占比", CRM_KPI_RATE, CRM_KPI_DOWN, RATIO, 1,
   CRM__BASE_UNCOSTED, CRM__BASE_REVENUE, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "revenue of lines without a cost", "revenue", "revenue of lines without a cost / revenue",
   "sales.amount sales.cost sales.time"},
  {"anonymous_share", "Anonymous share", "匿名销售占比", CRM_KPI_RATE, CRM_KPI_DOWN, RATIO, 1,
   CRM__BASE_ANONYMOUS, CRM__BASE_REVENUE, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "revenue of documents without a known customer", "revenue",
   "revenue of nobody known / revenue", "sales.amount sales.customer sales.time"},
  {"new_product_revenue", "New-product revenue", "新产品销售额", CRM_KPI_MONEY, CRM_KPI_UP, CRM__FORM_HISTORY, 1,
   CRM__BASE_NEW_PRODUCT, NONE, CRM__BASE_ORDERS, CRM__NEEDS_PRODUCT,
   "revenue of products first sold in the 90 days up to the period's end", "",
   "the sum over the period; first sold looks at all history and branches",
   "sales.product sales.amount sales.time"},
  {"new_product_share", "New-product share", "新产品销售占比", CRM_KPI_RATE, CRM_KPI_BAND, RATIO | CRM__FORM_HISTORY, 1,
   CRM__BASE_NEW_PRODUCT, CRM__BASE_REVENUE, CRM__BASE_ORDERS, CRM__NEEDS_PRODUCT,
   "revenue of products first sold in the 90 days up to the period's end", "revenue",
   "new-product revenue / revenue", "sales.product sales.amount sales.time"},

  {"customers_total", "Customers", "客户总数", CRM_KPI_COUNT, CRM_KPI_UP, LEVEL, 1,
   CRM__BASE_CUSTOMERS, NONE, CRM__BASE_CUSTOMERS, CRM__NEEDS_CUSTOMER,
   "customers with an occasion before the period's end", "", "the number at the period's end",
   "sales.customer sales.time"},
  {"customers_active", "Active customers", "活跃客户数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_ACTIVE, NONE, CRM__BASE_ACTIVE, CRM__NEEDS_CUSTOMER,
   "customers with an occasion in the period", "", "new + returning + resurrected", "sales.customer sales.time"},
  {"customers_new", "New customers", "新客户数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_NEW, NONE, CRM__BASE_NEW, CRM__NEEDS_CUSTOMER,
   "customers whose first occasion ever is in the period", "",
   "the number in the period; ever looks at all history and branches", "sales.customer sales.time"},
  {"customers_returning", "Returning customers", "持续客户数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_RETURNING, NONE, CRM__BASE_RETURNING, CRM__NEEDS_CUSTOMER,
   "customers with an occasion in the period and in the one before, not new", "", "the number in the period",
   "sales.customer sales.time"},
  {"customers_resurrected", "Resurrected customers", "唤回客户数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_RESURRECTED, NONE, CRM__BASE_RESURRECTED, CRM__NEEDS_CUSTOMER,
   "customers with an occasion in the period, not in the one before, not new", "", "the number in the period",
   "sales.customer sales.time"},
  {"customers_lapsed", "Lapsed customers", "流失客户数", CRM_KPI_COUNT, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_LAPSED, NONE, CRM__BASE_LAPSED, CRM__NEEDS_CUSTOMER,
   "customers with an occasion in the period before, not in this one", "",
   "the number in the period; in one that is not over, those who have not come yet", "sales.customer sales.time"},
  {"customer_growth", "Customer growth", "客户增长率", CRM_KPI_RATE, CRM_KPI_UP, 0, 1,
   CRM__BASE_CUSTOMERS_CAME, CRM__BASE_CUSTOMERS_BEFORE, CRM__BASE_CUSTOMERS_BEFORE, CRM__NEEDS_CUSTOMER,
   "customers who came in the period: those at its end less those at its start", "customers at its start",
   "(customers at the end - customers at the start) / customers at the start", "sales.customer sales.time"},
  {"retention_rate", "Retention", "客户保持率", CRM_KPI_RATE, CRM_KPI_UP, CASES | WHOLE, 1,
   CRM__BASE_RETAINED, CRM__BASE_PRIOR, CRM__BASE_PRIOR, CRM__NEEDS_CUSTOMER,
   "customers with an occasion in the period and in the one before", "customers with an occasion in the one before",
   "bought in both / bought in the period before; of complete periods alone", "sales.customer sales.time"},
  {"churn_rate", "Churn", "客户流失率", CRM_KPI_RATE, CRM_KPI_DOWN, CASES | WHOLE, 1,
   CRM__BASE_LAPSED, CRM__BASE_PRIOR, CRM__BASE_PRIOR, CRM__NEEDS_CUSTOMER,
   "lapsed customers", "customers with an occasion in the period before",
   "1 - retention; of complete periods alone",
   "sales.customer sales.time"},
  {"repeat_rate", "Repeat rate", "重复购买率", CRM_KPI_RATE, CRM_KPI_UP, CASES, 1,
   CRM__BASE_REPEATED, CRM__BASE_ACTIVE, CRM__BASE_ACTIVE, CRM__NEEDS_CUSTOMER,
   "customers with two or more occasions in the period", "customers with one or more",
   "two or more / one or more, within the period", "sales.customer sales.time"},
  {"repeat_rate_90", "Repeat within 90 days", "90天复购率", CRM_KPI_RATE, CRM_KPI_UP, LEVEL | CASES, 1,
   CRM__BASE_REPEATED_90, CRM__BASE_MATURE, CRM__BASE_MATURE, CRM__NEEDS_CUSTOMER,
   "of these, customers with a second day of purchase within 90 days, that of the first being one of them",
   "customers whose first occasion ever is at least 90 days before the period's end",
   "came back within 90 days / had 90 days to do so", "sales.customer sales.time"},
  {"frequency", "Purchase frequency", "购买频率", CRM_KPI_YEARLY, CRM_KPI_UP, CRM__FORM_YEARLY, 1,
   CRM__BASE_KNOWN_ORDERS, CRM__BASE_EXPOSURE, CRM__BASE_ACTIVE, CRM__NEEDS_CUSTOMER,
   "occasions of the active customers", "their days in the period, each from the first occasion ever on",
   "365 * occasions / days of exposure", "sales.customer sales.time"},
  {"purchase_cycle", "Purchase cycle", "购买周期", CRM_KPI_DAYS, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_GAP_DAYS, CRM__BASE_GAPS, CRM__BASE_GAPS, CRM__NEEDS_CUSTOMER,
   "days since the customer's day of purchase before, over the days of purchase in the period that have one",
   "their number",
   "mean of the gaps that end in the period, however long ago they began", "sales.customer sales.time"},
  {"orders_per_customer", "Orders per customer", "人均订单数", CRM_KPI_RATIO, CRM_KPI_UP, 0, 1,
   CRM__BASE_KNOWN_ORDERS, CRM__BASE_ACTIVE, CRM__BASE_ACTIVE, CRM__NEEDS_CUSTOMER,
   "occasions of the active customers", "active customers", "occasions / active customers",
   "sales.customer sales.time"},
  {"spend_per_customer", "Spend per customer", "人均消费额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_SPEND, CRM__BASE_ACTIVE, CRM__BASE_ACTIVE, CRM__NEEDS_CUSTOMER,
   "money of the active customers", "active customers", "money / active customers",
   "sales.customer sales.amount sales.time"},
  {"new_customer_revenue", "New-customer revenue", "新客户销售额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_NEW_SPEND, NONE, CRM__BASE_NEW, CRM__NEEDS_CUSTOMER,
   "money of the new customers", "", "the sum over the period", "sales.customer sales.amount sales.time"},
  {"new_customer_share", "New-customer share", "新客户销售占比", CRM_KPI_RATE, CRM_KPI_BAND, RATIO, 1,
   CRM__BASE_NEW_SPEND, CRM__BASE_REVENUE, CRM__BASE_NEW, CRM__NEEDS_CUSTOMER,
   "money of the new customers", "revenue", "new-customer revenue / revenue",
   "sales.customer sales.amount sales.time"},
  {"top_1_share", "Share of the top 1 %", "前1%客户占比", CRM_KPI_RATE, CRM_KPI_BAND, RATIO, 1,
   CRM__BASE_TOP_1, CRM__BASE_POSITIVE_SPEND, CRM__BASE_POSITIVE, CRM__NEEDS_CUSTOMER,
   "money of the 1 percent of customers with most, rounded up to whole customers",
   "money of all customers with more than 0",
   "top 1 percent / all, of the customers with money above 0", "sales.customer sales.amount sales.time"},
  {"top_5_share", "Share of the top 5 %", "前5%客户占比", CRM_KPI_RATE, CRM_KPI_BAND, RATIO, 1,
   CRM__BASE_TOP_5, CRM__BASE_POSITIVE_SPEND, CRM__BASE_POSITIVE, CRM__NEEDS_CUSTOMER,
   "money of the 5 percent of customers with most, rounded up to whole customers",
   "money of all customers with more than 0",
   "top 5 percent / all, of the customers with money above 0", "sales.customer sales.amount sales.time"},
  {"top_20_share", "Share of the top 20 %", "前20%客户占比", CRM_KPI_RATE, CRM_KPI_BAND, RATIO, 1,
   CRM__BASE_TOP_20, CRM__BASE_POSITIVE_SPEND, CRM__BASE_POSITIVE, CRM__NEEDS_CUSTOMER,
   "money of the 20 percent of customers with most, rounded up to whole customers",
   "money of all customers with more than 0",
   "top 20 percent / all, of the customers with money above 0", "sales.customer sales.amount sales.time"},
  {"gini", "Gini coefficient", "基尼系数", CRM_KPI_RATE, CRM_KPI_BAND, CRM__FORM_MILLIONTHS, 1,
   CRM__BASE_GINI, CRM__BASE_POSITIVE, CRM__BASE_POSITIVE, CRM__NEEDS_CUSTOMER,
   "sum of (2 i - n - 1) x(i), the i-th smallest money of n customers with more than 0", "n times the sum of x(i)",
   "numerator / denominator: 0 where all spend the same, near 1 where one has all",
   "sales.customer sales.amount sales.time"},
  {"cultivation_rate", "Cultivation", "价值客户培育率", CRM_KPI_RATE, CRM_KPI_UP, CASES | WHOLE, 1,
   CRM__BASE_CULTIVATED, CRM__BASE_LESSER, CRM__BASE_LESSER, CRM__NEEDS_CUSTOMER,
   "of these, who are value customers in the period",
   "customers who had bought before it and were no value customers in the period before",
   "became value customers / were none, between two periods in a row; a value customer is one of the 20 percent with "
   "most money above 0, rounded up, equals together: those of the pyramid's tiers but the lowest; of complete periods "
   "alone",
   "sales.customer sales.amount sales.time"},
  {"value_at_risk", "Value at risk", "价值流失风险", CRM_KPI_RATE, CRM_KPI_DOWN, RATIO | WHOLE, 1,
   CRM__BASE_VALUE_LOWER, CRM__BASE_VALUE, CRM__BASE_VALUED, CRM__NEEDS_CUSTOMER,
   "money of the period before of those of them who stand in a lower tier in the period, or in none",
   "money that the value customers of the period before spent in it",
   "money of those who fell / money of all value customers before; tiers are cut after 1, 5 and 20 percent of the "
   "customers with money above 0; a share of money, without an interval; of complete periods alone",
   "sales.customer sales.amount sales.time"},
  {"pyramid_up", "Up the pyramid", "金字塔升级率", CRM_KPI_RATE, CRM_KPI_UP, CASES | WHOLE, 1,
   CRM__BASE_ROSE, CRM__BASE_RANKED, CRM__BASE_RANKED, CRM__NEEDS_CUSTOMER,
   "of these, who stand in a higher tier in the period",
   "customers with money above 0 in the period before",
   "moved up / all of the pyramid before, between two periods in a row; tiers are cut after 1, 5 and 20 percent of the "
   "customers with money above 0, rounded up, equals together; of complete periods alone",
   "sales.customer sales.amount sales.time"},
  {"pyramid_down", "Down the pyramid", "金字塔降级率", CRM_KPI_RATE, CRM_KPI_DOWN, CASES | WHOLE, 1,
   CRM__BASE_FELL, CRM__BASE_RANKED, CRM__BASE_RANKED, CRM__NEEDS_CUSTOMER,
   "of these, who stand in a lower tier in the period, or in none",
   "customers with money above 0 in the period before",
   "moved down or out / all of the pyramid before, between two periods in a row; tiers as for pyramid_up; of complete "
   "periods alone",
   "sales.customer sales.amount sales.time"},

  {"customers_dormant", "Dormant customers", "休眠客户数", CRM_KPI_COUNT, CRM_KPI_DOWN, LEVEL, 1,
   CRM__BASE_DORMANT, NONE, CRM__BASE_DORMANT, CRM__NEEDS_LIFE,
   "customers idle for more days than nine in ten gaps between days of purchase last, and not yet lost", "",
   "the number at the period's end; the limit is the one suggested of the customers' lives, of 20 gaps or more",
   "sales.customer sales.time stages.customer stages.stage stages.time"},
  {"customers_lost", "Lost customers", "已流失客户数", CRM_KPI_COUNT, CRM_KPI_DOWN, LEVEL, 1,
   CRM__BASE_GONE, NONE, CRM__BASE_GONE, CRM__NEEDS_LIFE,
   "customers idle for so long that under a tenth come back within as many days again as make dormant", "",
   "the number at the period's end; the limit is the one estimated of the customers' lives",
   "sales.customer sales.time stages.customer stages.stage stages.time"},
  {"dormant_rate", "Dormancy", "休眠率", CRM_KPI_RATE, CRM_KPI_DOWN, LEVEL | CASES, 1,
   CRM__BASE_SILENT, CRM__BASE_LIVES, CRM__BASE_LIVES, CRM__NEEDS_LIFE,
   "dormant and lost customers", "active, dormant and lost customers: all that ever bought, but for those whom the "
   "host has moved down",
   "(dormant + lost) / (active + dormant + lost), at the period's end",
   "sales.customer sales.time stages.customer stages.stage stages.time"},
  {"customers_reactivated", "Reactivated customers", "再激活客户数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_BACK, NONE, CRM__BASE_BACK, CRM__NEEDS_LIFE,
   "customers who were dormant or lost and bought again in the period, each time counted", "",
   "the number in the period; equal to the leaky bucket's reactivated",
   "sales.customer sales.time stages.customer stages.stage stages.time"},
  {"leak_rate", "Leak", "客户漏损率", CRM_KPI_RATE, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_LEFT, CRM__BASE_STOCK, CRM__BASE_STOCK, CRM__NEEDS_LIFE,
   "active customers who fell dormant or were lost in the period, each time counted",
   "customers who were active at its start: bought, and neither dormant nor lost",
   "lost of the leaky bucket / its start; it can pass 1, so it has no interval",
   "sales.customer sales.time stages.customer stages.stage stages.time"},
  {"steady_state", "Steady state", "客户稳态规模", CRM_KPI_COUNT, CRM_KPI_UP, CRM__FORM_MILLIONTHS, 1,
   CRM__BASE_STEADY, CRM__BASE_LEFT, CRM__BASE_STOCK, CRM__NEEDS_LIFE,
   "times that a customer became active in the period, for the first time or again, times customers who were active at "
   "its start",
   "active customers who fell dormant or were lost in the period, each time counted",
   "came * start / left, in whole customers: where the active ones would come to rest if as many came and the same "
   "share left in every period; equal to the leaky bucket's steady state",
   "sales.customer sales.time stages.customer stages.stage stages.time"},

  {"opportunities_open", "Open opportunities", "在手商机数", CRM_KPI_COUNT, CRM_KPI_UP, LEVEL, 1,
   CRM__BASE_OPEN, NONE, CRM__BASE_OPEN, CRM__NEEDS_OPPORTUNITY,
   "opportunities created before the period's end and not closed before it", "", "the number at the period's end",
   "opportunities.created opportunities.closed opportunities.outcome"},
  {"opportunities_created", "Created opportunities", "新增商机数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_CREATED, NONE, CRM__BASE_CREATED, CRM__NEEDS_OPPORTUNITY,
   "opportunities created in the period", "", "the number in the period", "opportunities.created"},
  {"opportunities_won", "Won opportunities", "赢单数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_WON, NONE, CRM__BASE_WON, CRM__NEEDS_OPPORTUNITY,
   "opportunities closed in the period and won", "", "the number in the period",
   "opportunities.closed opportunities.outcome"},
  {"opportunities_lost", "Lost opportunities", "丢单数", CRM_KPI_COUNT, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_LOST, NONE, CRM__BASE_LOST, CRM__NEEDS_OPPORTUNITY,
   "opportunities closed in the period and lost", "", "the number in the period",
   "opportunities.closed opportunities.outcome"},
  {"win_rate", "Win rate", "赢单率", CRM_KPI_RATE, CRM_KPI_UP, CASES, 1,
   CRM__BASE_WON, CRM__BASE_CLOSED, CRM__BASE_CLOSED, CRM__NEEDS_OPPORTUNITY,
   "won opportunities", "won and lost opportunities", "won / (won + lost), by the day of closing",
   "opportunities.closed opportunities.outcome"},
  {"win_rate_value", "Win rate by value", "赢单率（按金额）", CRM_KPI_RATE, CRM_KPI_UP, RATIO, 1,
   CRM__BASE_WON_VALUE, CRM__BASE_CLOSED_VALUE, CRM__BASE_CLOSED, CRM__NEEDS_OPPORTUNITY,
   "amounts of won opportunities", "amounts of won and lost opportunities",
   "won / (won + lost) by amount; a share of money, without an interval",
   "opportunities.closed opportunities.outcome opportunities.amount"},
  {"won_value", "Won value", "赢单金额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_WON_VALUE, NONE, CRM__BASE_WON, CRM__NEEDS_OPPORTUNITY,
   "amounts of won opportunities", "", "the sum over the period",
   "opportunities.closed opportunities.outcome opportunities.amount"},
  {"average_deal", "Average deal", "平均赢单金额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_WON_VALUE, CRM__BASE_WON, CRM__BASE_WON, CRM__NEEDS_OPPORTUNITY,
   "amounts of won opportunities", "won opportunities", "won value / won opportunities",
   "opportunities.closed opportunities.outcome opportunities.amount"},
  {"pipeline", "Pipeline", "商机总额", CRM_KPI_MONEY, CRM_KPI_UP, LEVEL, 1,
   CRM__BASE_PIPELINE, NONE, CRM__BASE_OPEN, CRM__NEEDS_OPPORTUNITY,
   "amounts of the open opportunities, as they were then where stages tell", "", "the sum at the period's end",
   "opportunities.created opportunities.closed opportunities.amount stages.amount"},
  {"weighted_pipeline", "Weighted pipeline", "加权商机额", CRM_KPI_MONEY, CRM_KPI_UP, LEVEL, 1,
   CRM__BASE_WEIGHTED, NONE, CRM__BASE_WEIGHTED_OPEN, CRM__NEEDS_OPPORTUNITY,
   "amount times probability of the open opportunities, both as they were then where stages tell; else the "
   "stage's probability",
   "",
   "the sum at the period's end, rounded once; opportunities without a probability are left out, and lost "
   "ones count nothing",
   "opportunities.amount opportunities.probability opportunities.stage pipelines.probability stages.probability"},
  {"cycle_mean", "Sales cycle, mean", "平均成交周期", CRM_KPI_DAYS, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_CYCLE_DAYS, CRM__BASE_CYCLES, CRM__BASE_CYCLES, CRM__NEEDS_OPPORTUNITY,
   "days from created to closed of the opportunities won in the period", "their number",
   "mean of the days; opportunities without a created are left out",
   "opportunities.created opportunities.closed opportunities.outcome"},
  {"cycle_median", "Sales cycle, median", "成交周期中位数", CRM_KPI_DAYS, CRM_KPI_DOWN, CRM__FORM_MILLIONTHS, 1,
   CRM__BASE_CYCLE_MEDIAN, NONE, CRM__BASE_CYCLES, CRM__NEEDS_OPPORTUNITY,
   "days from created to closed of the opportunities won in the period", "",
   "the median of the days, of an even number the mean of the two in the middle",
   "opportunities.created opportunities.closed opportunities.outcome"},
  {"velocity", "Sales velocity", "销售速度", CRM_KPI_MONEY, CRM_KPI_UP, CRM__FORM_MILLIONTHS, 1,
   CRM__BASE_VELOCITY, NONE, CRM__BASE_CLOSED, CRM__NEEDS_OPPORTUNITY,
   "opportunities that were open at any time in the period, times average deal, times win rate",
   "mean sales cycle in days",
   "opportunities * average deal * win rate / sales cycle: money a day",
   "opportunities.created opportunities.closed opportunities.outcome opportunities.amount"},
  {"contacts", "Contacts", "客户接触次数", CRM_KPI_COUNT, CRM_KPI_UP, 0, 1,
   CRM__BASE_CONTACTS, NONE, CRM__BASE_CONTACTS, CRM__NEEDS_INTERACTION,
   "interactions in the period", "", "the number in the period", "interactions.time interactions.customer"},
  {"contacts_per_win", "Contacts per win", "每赢单接触次数", CRM_KPI_RATIO, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_WON_CONTACTS, CRM__BASE_WON, CRM__BASE_WON, CRM__NEEDS_INTERACTION,
   "interactions about the opportunities won in the period, up to their closing", "won opportunities",
   "contacts / won opportunities; what was not recorded is missing",
   "interactions.time interactions.opportunity opportunities.closed opportunities.outcome"},

  {"invoiced", "Invoiced", "开票额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_INVOICED, NONE, CRM__BASE_INVOICES, CRM__NEEDS_PAYMENT,
   "amounts of invoices posted in the period", "", "the sum over the period",
   "payments.kind payments.amount payments.time"},
  {"collected", "Collected", "回款额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_COLLECTED, NONE, CRM__BASE_PAYMENTS, CRM__NEEDS_PAYMENT,
   "amounts of payments posted in the period, without credits", "", "the sum over the period",
   "payments.kind payments.amount payments.time"},
  {"receivables", "Receivables", "应收账款", CRM_KPI_MONEY, CRM_KPI_DOWN, LEVEL, 1,
   CRM__BASE_RECEIVABLE, NONE, CRM__BASE_DEBTORS, CRM__NEEDS_PAYMENT,
   "invoices less payments and credits posted before the period's end", "", "the sum at the period's end",
   "payments.kind payments.amount payments.time"},
  {"overdue", "Overdue", "逾期应收", CRM_KPI_MONEY, CRM_KPI_DOWN, LEVEL, 1,
   CRM__BASE_OVERDUE, NONE, CRM__BASE_DEBTORS, CRM__NEEDS_PAYMENT,
   "what is owed on invoices whose due day lies before the period's last day", "",
   "the sum at the period's end; an entry with an invoice's number settles it, what else is paid settles what is due",
   "payments.document payments.kind payments.amount payments.due payments.time"},
  {"overdue_rate", "Overdue rate", "逾期率", CRM_KPI_RATE, CRM_KPI_DOWN, LEVEL | RATIO, 1,
   CRM__BASE_OVERDUE, CRM__BASE_RECEIVABLE, CRM__BASE_DEBTORS, CRM__NEEDS_PAYMENT,
   "overdue", "receivables", "overdue / receivables",
   "payments.document payments.kind payments.amount payments.due payments.time"},
  {"days_sales_outstanding", "Days sales outstanding", "应收周转天数", CRM_KPI_DAYS, CRM_KPI_DOWN,
   RATIO | CRM__FORM_BY_DAYS, 1,
   CRM__BASE_RECEIVABLE, CRM__BASE_INVOICED, CRM__BASE_INVOICES, CRM__NEEDS_PAYMENT,
   "receivables at the period's end, times days of the period", "invoiced in the period",
   "receivables * days / invoiced", "payments.kind payments.amount payments.time"},

  {"debt_to_assets", "Debt to assets", "资产负债率", CRM_KPI_RATE, CRM_KPI_DOWN, LEVEL | RATIO, 1,
   CRM__BASE_LIABILITIES, CRM__BASE_ASSETS, NONE, CRM__NEEDS_FIGURE,
   "the figure liabilities", "the figure assets",
   "liabilities / assets, the latest that end at or before the period's end",
   "figures.name figures.value figures.to"},
  {"inventory_turnover", "Inventory turnover", "存货周转率", CRM_KPI_RATIO, CRM_KPI_UP, RATIO, 1,
   CRM__BASE_COST, CRM__BASE_INVENTORY, NONE, CRM__NEEDS_COST,
   "cost of goods sold in the period, returns taken off",
   "mean of the figure inventory at the period's start and end",
   "cost of goods sold / mean inventory, in the period, not a year",
   "sales.cost figures.name figures.value figures.to"},
  {"inventory_days", "Days of inventory", "存货周转天数", CRM_KPI_DAYS, CRM_KPI_DOWN, RATIO | CRM__FORM_BY_DAYS, 1,
   CRM__BASE_INVENTORY, CRM__BASE_COST, NONE, CRM__NEEDS_COST,
   "mean of the figure inventory at the period's start and end, times days of the period", "cost of goods sold",
   "mean inventory * days / cost of goods sold", "sales.cost figures.name figures.value figures.to"},
  {"expense", "Expense", "费用", CRM_KPI_MONEY, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_EXPENSE, NONE, NONE, CRM__NEEDS_FIGURE,
   "the figure expense", "", "the sum over the period, figures that lie in it in part by time",
   "figures.name figures.value figures.from figures.to"},
  {"budget_variance", "Budget variance", "预算差异", CRM_KPI_MONEY, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_OVER_BUDGET, NONE, NONE, CRM__NEEDS_FIGURE,
   "the figure expense less the figure budget", "", "expense - budget: above 0 is overspent",
   "figures.name figures.value figures.from figures.to"},
  {"budget_variance_rate", "Budget variance, share", "预算差异率", CRM_KPI_RATE, CRM_KPI_DOWN, RATIO, 1,
   CRM__BASE_OVER_BUDGET, CRM__BASE_BUDGET, NONE, CRM__NEEDS_FIGURE,
   "expense - budget", "the figure budget", "(expense - budget) / budget",
   "figures.name figures.value figures.from figures.to"},
  {"target", "Sales target", "销售目标", CRM_KPI_MONEY, CRM_KPI_UP, LEVEL, 1,
   CRM__BASE_TARGET, NONE, NONE, CRM__NEEDS_FIGURE,
   "the figure target for the whole period", "",
   "the sum over the whole period, figures that lie in it in part by time",
   "figures.name figures.value figures.from figures.to"},
  {"target_attainment", "Target attainment", "目标达成率", CRM_KPI_RATE, CRM_KPI_UP, RATIO, 1,
   CRM__BASE_REVENUE, CRM__BASE_TARGET, CRM__BASE_ORDERS, CRM__NEEDS_FIGURE,
   "revenue", "target of the whole period", "revenue / target", "sales.amount figures.name figures.value"},
  {"target_pace", "Pace", "目标进度", CRM_KPI_RATE, CRM_KPI_UP, RATIO, 1,
   CRM__BASE_REVENUE, CRM__BASE_TARGET_DUE, CRM__BASE_ORDERS, CRM__NEEDS_FIGURE,
   "revenue", "target of the part of the period that is over, by time", "revenue / target so far: 1 is on pace",
   "sales.amount figures.name figures.value"},
  {"required_run_rate", "Required run rate", "日均需完成额", CRM_KPI_MONEY, CRM_KPI_DOWN, 0, 1,
   CRM__BASE_TO_GO, CRM__BASE_DAYS_LEFT, CRM__BASE_DAYS_LEFT, CRM__NEEDS_FIGURE,
   "target less revenue so far", "days left in the period",
   "(target - revenue) / days left: money a day; undefined once the period is over",
   "sales.amount figures.name figures.value"},
  {"run_rate", "Run rate", "日均销售额", CRM_KPI_MONEY, CRM_KPI_UP, 0, 1,
   CRM__BASE_REVENUE, CRM__BASE_DAYS, CRM__BASE_ORDERS, CRM__NEEDS_SALES,
   "revenue", "days of the period that are over, a begun one too", "revenue / days: money a day",
   "sales.amount sales.time"},
};

int32_t crm__kpi_count(void)
{
  return (int32_t)(sizeof registry / sizeof registry[0]);
}

const crm__kpi_entry *crm__kpi_at(int32_t index)
{
  return &registry[index];
}

int32_t crm__kpi_index(const char *id)
{
  int32_t i;
  for (i = 0; id != NULL && i < crm__kpi_count(); i++) {
    if (strcmp(registry[i].id, id) == 0) {
      return i;
    }
  }
  return -1;
}

int32_t crm__kpi_base_kind(int32_t base)
{
  switch (base) {
  case CRM__BASE_REVENUE:
  case CRM__BASE_GROSS:
  case CRM__BASE_SOLD:
  case CRM__BASE_DISCOUNT:
  case CRM__BASE_RETURNED:
  case CRM__BASE_MEASURED:
  case CRM__BASE_COSTED:
  case CRM__BASE_PROFIT:
  case CRM__BASE_COST:
  case CRM__BASE_UNCOSTED:
  case CRM__BASE_ANONYMOUS:
  case CRM__BASE_NEW_PRODUCT:
  case CRM__BASE_SPEND:
  case CRM__BASE_NEW_SPEND:
  case CRM__BASE_POSITIVE_SPEND:
  case CRM__BASE_TOP_1:
  case CRM__BASE_TOP_5:
  case CRM__BASE_TOP_20:
  case CRM__BASE_VALUE:
  case CRM__BASE_VALUE_LOWER:
  case CRM__BASE_PIPELINE:
  case CRM__BASE_WEIGHTED:
  case CRM__BASE_WON_VALUE:
  case CRM__BASE_CLOSED_VALUE:
  case CRM__BASE_INVOICED:
  case CRM__BASE_COLLECTED:
  case CRM__BASE_RECEIVABLE:
  case CRM__BASE_OVERDUE:
    return CRM__IN_MONEY;
  case CRM__BASE_TARGET:
  case CRM__BASE_TARGET_DUE:
  case CRM__BASE_TO_GO:
  case CRM__BASE_EXPENSE:
  case CRM__BASE_BUDGET:
  case CRM__BASE_OVER_BUDGET:
  case CRM__BASE_INVENTORY:
  case CRM__BASE_ASSETS:
  case CRM__BASE_LIABILITIES:
    return CRM__IN_FIGURES;
  case CRM__BASE_UNITS:
    return CRM__IN_QUANTITY;
  default:
    return CRM__IN_CASES;
  }
}

const char *crm__kpi_unit_name(int32_t unit)
{
  static const char *const names[] = {"money", "count", "rate", "ratio", "days", "yearly"};
  return names[unit];
}

size_t crm__kpi_definition(const crm__kpi_entry *entry, char *text)
{
  size_t length = strlen(entry->id);
  memcpy(text, entry->id, length);
  text[length++] = '/';
  return length + crm__integer_write(entry->revision, text + length);
}

const char *crm__kpi_status_name(int32_t status)
{
  static const char *const names[] = {"ok", "undefined", "insufficient", "no_facts", "incomplete", "overflow"};
  return names[status];
}
