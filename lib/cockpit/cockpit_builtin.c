/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit.h"

/* The built-in gauges and alert rules, as a host would write them. Bands of money are by the change to the year before:
 * what is much in one business is little in another. */

static const char gauges[] =
  "gauge,kpi,role,scope,on,target,bands\n"
  "revenue,revenue,general sales finance store,,year,kpi:target,bad -5% fair 2% good\n"
  "target_attainment,target_attainment,general sales store,,value,1,bad 90% fair 100% good\n"
  "gross_margin,gross_margin,general finance,,change,,bad -2% fair -0.5% good\n"
  "gross_profit,gross_profit,finance,,year,,bad -5% fair 2% good\n"
  "orders,orders,general store,,year,,bad -5% fair 1% good\n"
  "average_order,average_order,general marketing store,,year,,bad -5% fair 0% good\n"
  "units_per_order,units_per_order,store,,year,,bad -5% fair 0% good\n"
  "customers_active,customers_active,general marketing store,,year,,bad -5% fair 1% good\n"
  "customers_new,customers_new,general marketing,,year,,bad -10% fair 0% good\n"
  "customer_growth,customer_growth,marketing,,value,,\n"
  "retention_rate,retention_rate,general marketing,,year,,bad -3% fair -0.5% good\n"
  "churn_rate,churn_rate,marketing,,year,,good 0.5% fair 3% bad\n"
  "repeat_rate_90,repeat_rate_90,general marketing,,year,,bad -2% fair -0.5% good\n"
  "frequency,frequency,marketing,,year,,bad -5% fair 0% good\n"
  "purchase_cycle,purchase_cycle,marketing,,year,,good 0% fair 5% bad\n"
  "spend_per_customer,spend_per_customer,marketing,,year,,bad -5% fair 0% good\n"
  "new_customer_share,new_customer_share,marketing,,value,,\n"
  "new_product_share,new_product_share,marketing,,value,,\n"
  "top_20_share,top_20_share,general marketing,,value,,good 70% fair 85% bad\n"
  "anonymous_share,anonymous_share,marketing store,,value,,good 10% fair 25% bad\n"
  "discount_rate,discount_rate,general finance marketing,,value,,good 5% fair 10% bad\n"
  "return_rate,return_rate,general finance store,,value,,good 3% fair 6% bad\n"
  "missing_cost_share,missing_cost_share,finance,,value,,good 1% fair 5% bad\n"
  "opportunities_open,opportunities_open,sales,,year,,bad -20% fair -5% good\n"
  "opportunities_created,opportunities_created,sales,,year,,bad -20% fair -5% good\n"
  "win_rate,win_rate,general sales,,value,,bad 20% fair 35% good\n"
  "won_value,won_value,sales,,year,year+5%,bad -20% fair 0% good\n"
  "average_deal,average_deal,sales,,year,,bad -20% fair -5% good\n"
  "weighted_pipeline,weighted_pipeline,general sales,,year,,bad -20% fair -5% good\n"
  "cycle_median,cycle_median,sales,,year,,good 5% fair 20% bad\n"
  "velocity,velocity,sales,,year,,bad -20% fair -5% good\n"
  "contacts,contacts,sales,,year,,bad -20% fair -5% good\n"
  "contacts_per_win,contacts_per_win,sales,,year,,good 5% fair 25% bad\n"
  "receivables,receivables,finance,,value,,\n"
  "overdue_rate,overdue_rate,general finance,,value,,good 10% fair 25% bad\n"
  "days_sales_outstanding,days_sales_outstanding,finance,,value,,good 45 fair 60 bad\n"
  "debt_to_assets,debt_to_assets,general finance,,value,,good 50% fair 70% bad\n"
  "inventory_days,inventory_days,finance store,,year,,good 5% fair 20% bad\n"
  "budget_variance_rate,budget_variance_rate,finance,,value,,good 2% fair 10% bad\n"
  "branch_revenue,revenue,general store,branch:*,year,kpi:target,bad -10% fair 0% good\n"
  "branch_average_order,average_order,store,branch:*,year,,bad -10% fair 0% good\n"
  "branch_return_rate,return_rate,store,branch:*,value,,good 3% fair 6% bad\n"
  "person_won_value,won_value,sales,staff:*,year,,bad -25% fair 0% good\n"
  "person_win_rate,win_rate,sales,staff:*,value,,bad 20% fair 35% good\n";

static const char alerts[] =
  "alert,kpi,role,scope,on,target,when,set,clear,periods,severity\n"
  "revenue_down,revenue,general sales finance store,,year,,below,-10%,-5%,1,critical\n"
  "target_missed,revenue,general sales store,,target,kpi:target,below,90%,97%,2,critical\n"
  "margin_down,gross_margin,general finance,,year,,below,-2%,-1%,2,warning\n"
  "fewer_customers,customers_active,general marketing store,,year,,below,-8%,-4%,2,warning\n"
  "fewer_new_customers,customers_new,general marketing,,year,,below,-25%,-10%,2,warning\n"
  "retention_down,retention_rate,general marketing,,year,,below,-5%,-2%,2,warning\n"
  "returns_high,return_rate,general finance store,,value,,above,6%,4%,1,warning\n"
  "discounts_high,discount_rate,general finance marketing,,value,,above,10%,8%,1,warning\n"
  "anonymous_high,anonymous_share,marketing store,,value,,above,40%,35%,1,info\n"
  "branch_down,revenue,general store,branch:*,year,,below,-20%,-10%,2,critical\n"
  "branch_returns_high,return_rate,store,branch:*,value,,above,8%,5%,1,warning\n"
  "pipeline_thin,weighted_pipeline,general sales,,year,,below,-30%,-15%,2,warning\n"
  "win_rate_low,win_rate,general sales,,value,,below,15%,25%,2,warning\n"
  "overdue_high,overdue_rate,general finance,,value,,above,25%,15%,1,critical\n"
  "slow_payers,days_sales_outstanding,finance,,value,,above,60,50,2,warning\n"
  "debt_high,debt_to_assets,general finance,,value,,above,70%,65%,1,critical\n"
  "costs_over_budget,budget_variance_rate,general finance,,value,,above,10%,3%,1,critical\n"
  "cost_missing,missing_cost_share,finance,,value,,above,5%,2%,1,info\n";

const char *crm__cockpit_text(int32_t what)
{
  return what == CRM_COCKPIT_GAUGES ? gauges : alerts;
}
