/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_H
#define CRM_H

/* libcrm: customer analytics that is linked in. Read in this order; what is not declared here is not API. */
#include <crm/api.h>       /* version, status, error, allocator, source and sink */
#include <crm/io.h>        /* files of the host, and what they promise */
#include <crm/table.h>     /* typed columns: batches in, results out; CSV, JSON, text */
#include <crm/context.h>   /* memory, threads and progress that a host lends to long computations */
#include <crm/scope.h>     /* which facts count; calendars */
#include <crm/store.h>     /* the store and what an integrator asks of it every day */
#include <crm/load.h>      /* bringing facts in */
#include <crm/arrow.h>     /* facts in and results out as Arrow arrays */
#include <crm/identity.h>  /* several keys of one customer; erasing and forgetting */
#include <crm/file.h>      /* a store in a file */
#include <crm/segment.h>   /* sets of customers, which a scope may be narrowed to */
#include <crm/summary.h>   /* what several analyses of one scope have in common, computed once */
#include <crm/pyramid.h>   /* the value pyramid */
#include <crm/composition.h> /* what the customers are made up of */
#include <crm/classes.h>   /* ordinary, vip and corporate customers */
#include <crm/migration.h> /* the pyramid in motion between two dates or periods */
#include <crm/effect.h>    /* what a programme has changed, beside customers who were not in it */
#include <crm/target.h>    /* lists to write to or to call, and why somebody is not on one */
#include <crm/rfm.h>       /* recency, frequency, monetary */
#include <crm/periods.h>   /* months and any periods in a row */
#include <crm/cohorts.h>   /* retention by cohort */
#include <crm/repeat.h>    /* repeat purchase rates */
#include <crm/rhythm.h>    /* how often and for how much customers buy; who is due */
#include <crm/due.h>       /* lists to act on: who is due, overdue, losing, dormant */
#include <crm/completeness.h>  /* how much is known of the customers */
#include <crm/conversion.h> /* how long it takes until somebody buys */
#include <crm/funnel.h>    /* opportunities through the stages of a pipeline */
#include <crm/progress.h>  /* open opportunities one by one: age, next step, put off */
#include <crm/journey.h>   /* customers through pipelines of the host's own stages */
#include <crm/lifecycle.h> /* stages of customers: suspect to repeat, dormant, lost, reactivated */
#include <crm/findings.h>  /* patterns that an analyst would look for */
#include <crm/accounts.h>  /* customers under one parent as one */
#include <crm/organisation.h> /* roles, teams and scopes of those who look after customers */
#include <crm/ownership.h> /* who looks after whom, from when on; hand-overs */
#include <crm/products.h>  /* products and ABC classes */
#include <crm/bridge.h>    /* why revenue moved from one period to another */
#include <crm/kpi.h>       /* key performance indicators */
#include <crm/cockpit.h>   /* gauges, alerts and roles as data; all of it evaluated at once */
#include <crm/view.h>      /* everything about one customer in one call */
#include <crm/till.h>      /* where a customer stands, before and after a sale, exactly */

#endif
