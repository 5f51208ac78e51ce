#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""The contract of crm-cockpit: exit status, standard output and error, columns, formats, files.

    cockpit_test.py --cockpit PATH --data FOLDER

FOLDER holds the sample sales.csv, customers.csv and products.csv. Python 3.9, standard library only.
"""

import argparse
import csv
import functools
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unicodedata

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "platforms"))
import verbs  # noqa: E402

SPARSE = int(os.environ.get("LIBCRM_TEST_FEWER", "1")) > 1   # under a sanitizer: its programs start slowly

TESTS = []
COCKPIT = None
DATA = None
FOLDER = None

HEADERS = {
    "pyramid": "tier,customers,customer_share,spend,spend_share,min_spend,max_spend",
    "tiers": "customer,tier,rank,spend,orders,first,last",
    "rfm": "customer,recency_days,frequency,monetary,r,f,m,segment",
    "segments": "segment,customers,customer_share,spend,spend_share,recency_days,frequency,monetary",
    "concentration": "measure,value,numerator,denominator,status",
    "months": "month,revenue,orders,active,new,returning,resurrected,lapsed,complete",
    "cohorts": "cohort,size,period,customers,rate,low,high,complete",
    "cockpit": "gauge,kpi,period,value,band,target,change_previous,change_year,status",
    "alerts": "alert,kpi,state,since,value,level,message",
    "series": "gauge,kpi,scope,period,value,status,band,target",
    "causes": "alert,scope,against,part,key,change,share,before,after",
    "gauges": "gauge,kpi,role,scope,on,target,label,label_zh,unit,bands,min,max",
    "rules": "alert,kpi,role,scope,on,target,label,label_zh,unit,when,set,clear,periods,severity",
    "findings": "finding,strength,evidence,message",
    "due": "customer,owner,last,due,overdue_days,value,reason",
    "load": "table,rows,accepted,duplicate,rejected,amount_in,amount_accepted",
    "repeat": "kpi,value,numerator,denominator,low,high,status",
    "rhythm": "customer,orders,spend,average_order,exposure_days,frequency,gaps,median_gap,mean_gap,gap_cv,last,"
              "next_due,overdue_days",
    "frequency": "measure,value,numerator,denominator,n,status",
    "lifecycle": "stage,customers,share,median_days,promotion_rate,n,low,high",
    "lives": "customer,stage,entered,cause,days,step,first,last,idle_days,reason",
    "histories": "customer,stage,entered,left,days,cause,step,reason",
    "transitions": "from,to,customers,share",
    "bucket": "period,start,new,reactivated,lost,end,leak_rate,steady_state,complete,start_lost,churn_rate,retention_rate",
    "refill": "period,new,reactivated,lost,to_replace,refilled,acquisition_cost,cost_per_new,refill_cost,refill_spent,"
              "growth_spent,status,complete",
    "stays": "age_days,at_risk,survival,remaining_days,status",
    "funnel": "pipeline,stage,position,entered,open,open_amount,median_days,promotion_rate,n,low,high,at_risk,promoted,"
              "lost,promotion_days,returned,skipped,stalled,won_rate,status",
    "kpi": "kpi,period,value,numerator,denominator,unit,n,low,high,status,previous,change,year_before,year_change,"
           "definition",
    "bridge": "part,key,change,share,before,after,n_before,n_after,factor_before,factor_after",
    "kpis": "kpi,name,name_zh,unit,direction,level,formula,numerator,denominator,inputs,interval,definition",
    "completeness": "column,known,customers,share,status",
    "knowledge": "customer,known,columns,share",
    "products": "product,revenue,share,cumulative_share,class,units,margin,buyers,last",
}

HEADERS.update({
    "segment": "customer",
    "target": "customer,spend",
    "suppressed": "reason,keys,share",
    "screened": "key,customer,reason",
    "overlap": "a,b,customers_a,customers_b,both,only_a,only_b,jaccard,share_a,share_b",
    "drift": "movement,customers,spend_before,spend_after,change",
    "explain": "segment,condition,byte,value,result,whole",
    "view": "customer,spend,cost,profit,orders,average_order,first,last,days_since_last,first_ever,purchase_days,tier,rank,"
            "population,gap,margin,r,f,m,rfm_segment,stage,stage_since,stage_cause,stage_days,class,class_reason,class_since,"
            "owner,median_gap,next_due,overdue_days,due_days,due_reason",
    "fields": "field,type,words,meaning",
    "migration": "from,to,movement,customers,share,before,after,change",
    "movements": "movement,customers,share,before,after,change",
    "cultivation": "measure,value,numerator,denominator,low,high,status",
    "cultivated": "from,customers,cultivated,rate,low,high,p25_days,median_days,p75_days,cut",
    "movers": "customer,from,to,movement,before,after,change",
    "effect": "group,customers,before,after,change,se,df,low,high,lift,total,total_low,total_high,status",
    "strata": "r,f,m,treated,control,weight,treated_change,control_change,difference,status",
    "coverage": "group,reason,customers,share,before,after",
    "composition": "group,across,customers,customer_share,spend,spend_share,spend_index,mix_index",
    "hhi": "group,customers,groups,hhi_customers,hhi_spend,effective",
    "spending": "group,customers,buyers,spend,spend_share,mean,p10,p25,median,p75,p90,mean_index,median_index,above_share,"
                "low,high,whole",
    "classes": "customer,class,reason,since,spend,orders,signs",
    "corporate": "customer,kind,orders,average_order,ticket_ratio,median_gap,gap_cv,hours_share,large_ticket,"
                 "long_cycle,regular,in_hours,signs,known,pattern,probability",
    "calibration": "signs,customers,known,businesses,probability,low,high,status",
    "reasons": "reason,customers,share,cumulative_share,spend_before,spend_share,natural",
    "leaving": "period,reason,customers,share,spend_before,spend_share,natural,complete",
    "extension": "group,customers,left,at_risk,survival,remaining_days,se,low,high,horizon_days,status",
    "churn": "churn,customers,share,spend_before,spend_share",
    "conversion": "start,by,group,customers,converted,median_days,low_days,high_days,rate,low,high,at_risk,status",
    "freshness": "section,field,weight,customers,known,known_share,fresh,fresh_share,completeness,status",
    "dossiers": "customer,section,completeness,known,fields,oldest_days",
    "static-only": "measure,value,numerator,denominator,low,high,status",
    "idle": "customer,owner,joined,last_event,event,idle_days,known,columns",
    "changes": "field,registered,customers,changed,confirmed,customers_share,first,last",
    "progress": "pipeline,stage,position,open,open_amount,to_30,to_60,to_90,over_90,median_days,stalled,overdue,overdue_amount,"
                "slipped,slip_rate,low,high,slips,slipped_days,undated,quiet,status,without_step,step_overdue,step_slipped,step_slips",
    "open-deals": "opportunity,customer,owner,pipeline,stage,amount,created,entered,age_days,stage_days,limit_days,next_due,"
                  "expected_close,close_overdue_days,slips,slipped_days,last_contact,state,next_step,step_overdue_days,step_slips",
    "journey": "pipeline,by,group,stage,position,entered,customers,median_days,dwell_days,dwell_low,dwell_high,pass_rate,"
               "low,high,at_risk,passed,dropped,pass_days,returned,skipped,status",
    "journeys": "pipeline,customer,stage,entered,days,began,highest,entries,returned,skipped,state",
    "steps": "pipeline,customer,stage,entered,left,days,came,went",
    "owners": "owner,left,customers,orders,revenue,won,lost,won_amount,open,open_amount,role,team",
    "organisation": "staff,role,team,branch,region,segment,since,until,left,customers,in_scope",
    "assignments": "staff,role,team,branch,region,segment,from,to",
    "teams": "group,staff,customers,orders,revenue,won,lost,won_amount,open,open_amount",
    "roles": "group,staff,customers,orders,revenue,won,lost,won_amount,open,open_amount",
    "role-gaps": "finding,staff,customer,branch,customers",
    "ownership": "customer,owner,from,to",
    "handovers": "customer,time,from_owner,to_owner,open,open_amount,orders_before,revenue_before,orders_after,"
                 "revenue_after,complete,from_role,from_team,to_role,to_team",
    "moved": "customer,time,from_owner,to_owner,opportunity,owner,stage,amount,outcome,closed",
    "looked-after": "measure,value,numerator,denominator",
    "sites": "account,customer,level,orders,revenue,share,first,last,orders_below,revenue_below",
    "aliases": "alias,customer",
    "rows": "customer,kind,joined,parent,region,segment,owner",
})

# What some verbs need beside files.
GOOD = ["--where", "spend >= 100 and region = 'centre'"]
PERIODS = ["--since", "2024-01-01", "--from", "2025-01-01"]
EFFECT = ["--at", "2025-01-01", "--treated", "region = 'centre'"]
NEEDS = {
    "effect": EFFECT, "extension": EFFECT, "strata": EFFECT, "coverage": EFFECT + ["--control", "region = 'north'"],
    "segment": GOOD, "drift": GOOD + PERIODS, "explain": GOOD + ["--customer", "1032"],
    "view": ["--customer", "1032"],
    "overlap": ["--define", "large=spend >= 100", "--define", "late=days_since_last > 90"],
    "migration": PERIODS, "movements": PERIODS, "cultivation": PERIODS, "cultivated": PERIODS, "movers": PERIODS,
    "composition": ["--by", "region", "--across", "segment"], "hhi": ["--by", "region"], "spending": ["--by", "region"], "rows": ["--table", "customers"],
    "conversion": ["--by", "origin"],
}

CHANGING = ("erase", "forget")   # what they answer is what they have done to a store's file

OF_ONE = {"explain", "view"}   # where there are no facts, there is nobody

WITHOUT_ROWS = {"funnel", "progress", "open-deals", "journey", "journeys", "steps", "changes", "idle", "handovers", "moved", "assignments", "role-gaps", "sites",
                "aliases"}   # where no file has opportunities, several owners, roles, parents, merges

PLAIN = """document,time,customer,amount
1,2024-01-05,7,10.00
2,2024-01-20 09:30,8,25.50
3,2024-02-11,7,4.50
4,2024-03-02,9,100.00
"""


def test(function):
    TESTS.append(function)
    return function


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def text(self):
        return self.out.decode("utf-8")

    @property
    def error(self):
        return self.err.decode("utf-8", "replace")

    @property
    def rows(self):
        return list(csv.DictReader(io.StringIO(self.text)))


def run(*arguments, stdin=None, env=None):
    settings = dict(os.environ, LC_ALL="C")
    settings.update(env or {})
    done = subprocess.run([COCKPIT] + [str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          input=stdin if stdin is not None else b"", env=settings, timeout=600, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def write(name, content):
    path = os.path.join(FOLDER, name)
    with open(path, "wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def equal(actual, wanted, what=""):
    expect(actual == wanted, "%s%r is not %r" % (what and what + ": ", actual, wanted))


def good(*arguments, **more):
    result = run(*arguments, **more)
    equal(result.status, 0, "status of %s (%s)" % (" ".join(map(str, arguments)), result.error.strip()))
    return result


def partly(*arguments):
    result = run(*arguments)
    equal(result.status, 1, "status of %s (%s)" % (" ".join(map(str, arguments)), result.error.strip()))
    return result


def unusable(*arguments, saying=None, **more):
    """Exit 2: one clear line on standard error, nothing on standard output."""
    result = run(*arguments, **more)
    what = " ".join(map(str, arguments))[:200]
    equal(result.status, 2, "status of %s (%s)" % (what, result.error.strip()))
    equal(result.out, b"", "standard output of " + what)
    expect(result.error.endswith("\n") and result.error.count("\n") == 1, "not one line: %r" % result.error)
    expect(result.error.startswith("crm-cockpit: ") and len(result.error) > 20, "no clear line: %r" % result.error)
    expect(saying is None or re.search(saying, result.error), "%r does not say %r" % (result.error, saying))
    return result


def sample():
    return ["--sales", os.path.join(DATA, "sales.csv"), "--customers", os.path.join(DATA, "customers.csv"),
            "--products", os.path.join(DATA, "products.csv")]


def asked(verb):
    return NEEDS.get(verb, []) + sample()


@functools.lru_cache(maxsize=None)
def table_of(verb):
    """What a verb answers of the sample, as CSV."""
    return good(verb, "--format", "csv", *asked(verb))


def forms(verbs_asked):
    """Every verb in every form; where the run is sparse in one of them, in turn."""
    every = ("csv", "json", "text")
    for i, verb in enumerate(verbs_asked):
        for form in every[i % 3:i % 3 + 1] if SPARSE else every:
            yield verb, form


def bare(verb):
    """What a verb needs where there are no facts."""
    since = ["--since", "2019-01-01"]
    return {"segment": GOOD, "drift": GOOD + since, "overlap": NEEDS["overlap"], "rows": NEEDS["rows"], "migration": since,
            "movements": since, "cultivation": since, "cultivated": since, "movers": since,
            **dict.fromkeys(("effect", "extension", "strata", "coverage"), ["--at", "2019-01-01", "--treated", "spend > 0"])}.get(verb, [])


def csv_of(verb, *arguments):
    return good(verb, "--format", "csv", *arguments).rows


def load_row(result, table="sales"):
    rows = [row for row in result.rows if row["table"] == table]
    equal(len(rows), 1, "rows of " + table)
    return rows[0]


# ---- the result ----

@test
def every_verb_has_its_columns():
    for verb, header in HEADERS.items():
        result = table_of(verb)
        lines = result.text.split("\n")
        expect((lines[0] + ",").startswith(header + ","), "%s: %s" % (verb, lines[0]))
        expect("\r" not in result.text and result.text.endswith("\n"), verb + ": lines do not end in LF")
        for row in csv.reader(io.StringIO(result.text)):
            equal(len(row), lines[0].count(",") + 1, verb)
        expect(len(lines) > 2 or verb in WITHOUT_ROWS, verb + ": no rows")


@test
def every_verb_has_json():
    for verb, header in HEADERS.items():
        result = good(verb, "--format", "json", *asked(verb))
        told = json.loads(result.text)
        equal(sorted(told), ["columns", "meta", "rows", "table"], verb)
        names = [column["name"] for column in told["columns"]]
        equal(names[:header.count(",") + 1], header.split(","), verb)
        rows = table_of(verb).rows
        equal(len(told["rows"]), len(rows), verb)
        for of_json, of_csv in zip(told["rows"], rows):
            for name, value in zip(names, of_json):
                text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                equal(text, of_csv[name], "%s.%s" % (verb, name))


@test
def cells():
    files = ["--sales", write("plain.csv", PLAIN)]
    first = csv_of("tiers", *files)[0]
    equal([first[c] for c in ("customer", "tier", "rank", "spend", "orders", "first", "last")],
          ["9", "vip", "1", "100.00", "1", "2024-03-02", "2024-03-02"])
    months = csv_of("months", *files)
    equal([(m["month"], m["revenue"], m["new"], m["lapsed"], m["complete"]) for m in months],
          [("2024-01", "35.50", "2", "0", "true"), ("2024-02", "4.50", "0", "1", "true"),
           ("2024-03", "100.00", "1", "1", "false")])
    equal([m["month"] for m in csv_of("months", "--period", "week", *files)][0], "2024-W01")
    equal([m["month"] for m in csv_of("months", "--period", "quarter", *files)], ["2024-Q1"])
    equal([m["month"] for m in csv_of("months", "--period", "year", *files)], ["2024"])
    equal(csv_of("rfm", *files)[2]["recency_days"], "1")


@test
def cockpit_adds_up():
    files = sample()
    months = csv_of("months", *files)
    done = [m for m in months if m["complete"] == "true"]
    gauges = {row["gauge"]: row for row in csv_of("cockpit", *files) if row["scope"] == ""}
    equal(gauges["revenue"]["period"], done[-1]["month"])
    for kpi, column in (("revenue", "revenue"), ("orders", "orders"), ("customers_active", "active"),
                        ("customers_new", "new")):
        equal(float(gauges[kpi]["value"]), float(done[-1][column]), kpi)
        now, before, year = (float(m[column]) for m in (done[-1], done[-2], done[-13]))
        for change, base in (("change_previous", before), ("change_year", year)):
            if base > 0:
                expect(abs(float(gauges[kpi][change]) - (now - base) / base) < 2e-6, kpi + " " + change)
            else:
                equal(gauges[kpi][change], "", kpi)
    average = float(done[-1]["revenue"]) / int(done[-1]["orders"])
    expect(abs(float(gauges["average_order"]["value"]) - average) < 1e-6, "average order")
    branches = [row for row in csv_of("cockpit", *files) if row["gauge"] == "branch_revenue"]
    expect(abs(sum(float(row["value"]) for row in branches) - float(done[-1]["revenue"])) < 1e-6, "branches")
    series = [row for row in csv_of("series", *files) if row["gauge"] == "revenue"]
    equal([float(row["value"]) for row in series], [float(m["revenue"]) for m in done[-24:]])
    text = good("cockpit", "--color", "never", *files).text
    expect("{:,.2f}".format(float(done[-1]["revenue"])) in text, "revenue is not on the cockpit")
    expect("{:,}".format(int(done[-1]["active"])) in text, "active customers are not on the cockpit")


@test
def cockpit_of_a_role():
    files = sample()
    seen = set()
    for role in ("general", "sales", "marketing", "finance", "store"):
        seen.add(tuple(row["gauge"] for row in csv_of("cockpit", "--role", role, *files)))
        for language in ("en", "zh"):
            expect(len(good("cockpit", "--role", role, "--lang", language, *files).text) > 2000, role)
    equal(len(seen), 5)
    unusable("cockpit", "--role", "cleaner", *files, saying="general, sales")


@test
def cockpit_tables_of_ones_own():
    files = sample()
    for verb, flag in (("gauges", "--cockpit"), ("rules", "--alerts")):
        path = os.path.join(FOLDER, verb + ".csv")
        good(verb, "--format", "csv", "--role", "store", "--output", path)
        shown = "cockpit" if verb == "gauges" else "alerts"
        equal(run(shown, flag, path, "--role", "store", "--format", "csv", *files).out,
              run(shown, "--role", "store", "--format", "csv", *files).out, verb)
    bad = write("bad-rules.csv", "alert,kpi,when,set,clear\na,revenue,below,10,5\nb,revenue,below,10,20\n")
    unusable("alerts", "--alerts", bad, *files, saying="row 1, column clear")
    unusable("alerts", "--alerts", write("odd-rules.csv", "alert,kpi,colour\n"), *files, saying="odd-rules.csv")
    unusable("alerts", "--alerts", os.path.join(FOLDER, "nowhere.csv"), *files, saying="nowhere.csv")


@test
def wide_pages_are_wide():
    for width in (80, 100, 140, 200):
        lines = good("cockpit", "--width", str(width), *sample()).text.splitlines()
        equal(max(cells_of(line) for line in lines), width)


def cells_of(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@test
def text_fits_a_screen():
    for language in ("en", "zh"):
        for verb in HEADERS:
            for color in ("never", "always"):
                if SPARSE and (color == "always") == (language == "en"):
                    continue
                text = good(verb, "--lang", language, "--color", color, *asked(verb)).text
                equal("\033" in text, color == "always", "%s: colour" % verb)
                plain = re.sub("\033\\[[0-9;]*m", "", text)
                for line in plain.split("\n"):
                    expect(cells_of(line) <= 80, "%s %s: %d cells: %s" % (verb, language, cells_of(line), line))
                expect(language == "en" or any("\u4e00" <= c <= "\u9fff" for c in plain), verb + ": not Chinese")
                expect("2026-01-01" in plain, verb + ": no as-of")


@test
def default_verb_and_format():
    equal(run(*sample()).out, run("cockpit", "--format", "text", *sample()).out)
    expect(b"\033" not in run(*sample()).out, "colour without a terminal")


@test
def flags_in_any_order_and_form():
    path = write("plain.csv", PLAIN)
    one = good("tiers", "--format", "csv", "--sales", path).out
    equal(good("--sales=" + path, "--format=csv", "tiers").out, one)
    equal(good("--format", "text", "--sales", path, "tiers", "--format", "csv").out, one, "the last one wins")


@test
def output_file():
    path = write("plain.csv", PLAIN)
    for form in ("csv", "json", "text"):
        for verb in ("months", "cockpit"):
            target = os.path.join(FOLDER, "out." + form)
            result = good(verb, "--format", form, "--sales", path, "--output", target)
            equal(result.out, b"")
            with open(target, "rb") as file:
                equal(file.read(), good(verb, "--format", form, "--sales", path).out)
    target = os.path.join(FOLDER, "never.csv")
    unusable("months", "--sales", os.path.join(FOLDER, "missing.csv"), "--output", target)
    unusable("months", "--sales", path, "--shares", "1", "--output", target)
    expect(not os.path.exists(target), "written in spite of exit 2")
    unusable("months", "--sales", path, "--output", os.path.join(FOLDER, "no", "folder.csv"), saying="folder.csv")


@test
def nothing_is_written_where_the_output_cannot_be():
    path = write("some.csv", PLAIN + "5,2024-13-02,9,1\n")
    rejects = os.path.join(FOLDER, "rejects-of-nothing.csv")
    unusable("tiers", "--sales", path, "--output", os.path.join(FOLDER, "no", "o.csv"), "--rejects", rejects)
    expect(not os.path.exists(rejects), "the rejects are written")


@test
def output_that_cannot_be_written():
    if not os.path.exists("/dev/full"):
        return
    for form in ("csv", "json", "text"):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([COCKPIT, "tiers", "--format", form] + sample(), stdout=full, stderr=subprocess.PIPE,
                                  check=False)
        equal(done.returncode, 2, form)
        equal(done.stderr.count(b"\n"), 1, form)
    with open("/dev/full", "wb") as full:
        equal(subprocess.run([COCKPIT, "--help"], stdout=full, stderr=subprocess.PIPE, check=False).returncode, 2)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([COCKPIT, "tiers", "--format", "csv"] + sample(), stdout=writing, stderr=subprocess.PIPE,
                          check=False)
    os.close(writing)
    equal(done.returncode, 2, "a closed pipe")
    expect(done.stderr.startswith(b"crm-cockpit: "), "a closed pipe says nothing")


@test
def help_and_version():
    told = good("--help")
    equal(told.err, b"")
    for line in told.text.split("\n"):
        expect(cells_of(line) <= 80, "help: " + line)
    for verb in HEADERS:
        expect(re.search(r"^  %s " % verb, told.text, re.M), "help does not name " + verb)
    named = re.findall(r"^  ([a-z-]+) +\S", told.text.split("Files:")[0], re.M)
    equal(sorted(named), sorted([*HEADERS, *CHANGING]), "verbs of the help")
    expect(re.fullmatch(r"crm-cockpit \d+\.\d+\.\d+\n", good("--version").text), "version")


@test
def platforms_ask_what_can_be_asked():
    """Without facts a verb answers or finds nobody, but does not say that it needs more words."""
    for verb in HEADERS:
        told = run(verb, *verbs.NEEDED.get(verb, []), "--sales", write("plain.csv", PLAIN))
        expect(" needs --" not in told.error, "tests/platforms/verbs.py: " + told.error)


@test
def as_of_is_printed():
    path = write("plain.csv", PLAIN)
    expect("2024-03-03" in good("pyramid", "--sales", path, "--format", "csv").error, "csv")
    meta = json.loads(good("pyramid", "--sales", path, "--format", "json").text)["meta"]
    expect("2024-03-03" in json.dumps(meta), "json")
    expect("2024-03-03" in good("pyramid", "--sales", path).text, "text")
    equal(good("pyramid", "--sales", path, "--format", "csv", "--as-of", "2024-02-01").error, "")


# ---- how files are read ----

@test
def arguments_from_a_file():
    path = write("mapped.csv", PLAIN.replace("customer", "Customer = ID"))
    saved = write("mapping", "tiers\r\n\r\n--map\nsales.customer=Customer = ID\n--format\ncsv\n")
    one = good("tiers", "--format", "csv", "--sales", write("plain.csv", PLAIN)).out
    equal(good("@" + saved, "--sales", path).out, one)
    nested = write("nested", "@" + saved + "\n--sales=" + path)
    equal(good("@" + nested).out, one)
    write("loop", "@" + os.path.join(FOLDER, "loop"))
    unusable("@" + os.path.join(FOLDER, "loop"))
    unusable("@" + os.path.join(FOLDER, "missing"), saying="missing")
    unusable("@" + FOLDER)
    unusable("@" + write("nul", b"tiers\0\n"))


@test
def mapping():
    plain = write("plain.csv", PLAIN)
    maps = ["--map", "sales.document=Beleg", "--map", "sales.time=Datum", "--map", "sales.customer=Kunde"]
    lines = write("renamed.csv", "\n".join(["Beleg,Datum,Kunde,amount,a=b"] + [
        line + ",1.00" for line in PLAIN.strip().split("\n")[1:]]) + "\n")
    one = good("tiers", "--format", "csv", "--sales", plain).out
    equal(good("tiers", "--format", "csv", *maps, "--sales", lines).out, one)
    equal(good("tiers", "--format", "csv", "--sales", lines, *maps).out, one, "at the end of the line")
    by_map = good("months", "--format", "csv", *maps, "--map", "sales.amount=a=b", "--sales", lines).rows
    equal([m["revenue"] for m in by_map], ["2.00", "1.00", "1.00"], "a header with =")
    # A later mapping of a column wins, and holds for the files after it.
    two = good("load", "--format", "csv", "--sales", plain, *maps, "--sales", lines)
    equal(load_row(two)["duplicate"], "4")
    equal(good("tiers", "--format", "csv", "--map", "sales.customer=No", *maps, "--sales", lines).out, one)
    unusable("tiers", "--map", "sales.customer=Nobody", "--sales", plain, saying="Nobody")
    unusable("tiers", "--map", "sales.custom=x", "--sales", plain, saying="custom")
    unusable("tiers", "--map", "invoices.customer=x", "--sales", plain, saying="invoices")
    for bad in ("sales", "sales.customer", "sales.customer=", "=x", ".=x", ""):
        unusable("tiers", "--map", bad, "--sales", plain)
    constant = good("tiers", "--format", "csv", "--set", "sales.customer=55", "--sales", plain).rows
    equal([(row["customer"], row["spend"]) for row in constant], [("55", "140.00")])
    unusable("tiers", "--set", "sales.time=yesterday", "--sales", plain)


@test
def formats_of_files():
    one = good("tiers", "--format", "csv", "--sales", write("plain.csv", PLAIN)).out

    def same(content, *flags, what=""):
        equal(good("tiers", "--format", "csv", *flags, "--sales", write("other.csv", content)).out, one, what)

    body = PLAIN.split("\n", 1)[1]
    same(PLAIN.encode("utf-8-sig"), what="a byte order mark")
    same(PLAIN.replace("\n", "\r\n"), what="CRLF")
    same(PLAIN.replace("\n", "\r"), what="CR")
    same(PLAIN.rstrip("\n"), what="no end of the last line")
    same(PLAIN.replace(",", "\t"), "--delimiter", "tab")
    same(PLAIN.replace(",", ";").replace(".", ","), "--delimiter", ";", "--decimal", ",")
    same(body, "--header", "document,time,customer,amount")
    same(PLAIN.replace("20 09:30", "20T09:30"), what="T")
    same("  " + body.replace("20 09:30", "20").replace(",", "  \t "), "--delimiter", "blank", "--header",
         "document,time,customer,amount")
    dates = re.sub(r"2024-(\d\d)-(\d\d)", lambda m: "%d/%d/2024" % (int(m[2]), int(m[1])), PLAIN.replace(" 09:30", ""))
    same(dates, "--time-format", "%d/%m/%Y")
    latin = "document,time,customer,amount\n1,2024-01-05,Zo\u00eb,1.00\n".encode("latin-1")
    rows = good("tiers", "--format", "csv", "--encoding", "latin-1", "--sales", write("latin.csv", latin)).rows
    equal(rows[0]["customer"], "Zo\u00eb")
    result = good("tiers", "--format", "csv", "--sales", "-", stdin=PLAIN.encode())
    equal(result.out, one, "standard input")


@test
def decimal_comma_in_quotes():
    quoted = 'document,time,customer,amount\n1,2024-01-05,7,"1,50"\n'
    rows = good("tiers", "--format", "csv", "--decimal", ",", "--sales", write("quoted.csv", quoted)).rows
    equal(rows[0]["spend"], "1.50")


@test
def documents_made():
    lines = "time,customer,amount\n2024-01-05,7,1\n2024-01-05,7,2\n2024-01-06,8,4\n"
    path = write("nodocument.csv", lines)
    orders = lambda how: {r["customer"]: r["orders"] for r in good(
        "tiers", "--format", "csv", "--document", how, "--sales", path).rows}
    equal(orders("row"), {"7": "2", "8": "1"})
    equal(orders("customer-time"), {"7": "1", "8": "1"})


@test
def attributes():
    customers = write("people.csv", "customer,Card No,score\n7,gold,1.5\n8,tin,x\n")
    flags = ["--customers", customers, "--sales", write("plain.csv", PLAIN)]
    good("load", "--attribute", "customers.card=Card No", *flags)
    result = partly("load", "--format", "csv", "--attribute", "customers.score:number", *flags)
    equal(load_row(result, "customers")["rejected"], "1")
    for bad in ("customers", "customers.x:integer", "sales.customer:text", "customers.card=", "customers.A B"):
        unusable("load", "--attribute", bad, *flags)


@test
def settings_of_the_store():
    path = write("mills.csv", "document,time,customer,amount\n1,2024-01-05 03:00,7,1.2345\n")
    equal(good("tiers", "--format", "csv", "--digits", "3", "--sales", path).rows[0]["spend"], "1.235")
    equal(good("tiers", "--format", "csv", "--day-start", "04:00", "--sales", path).rows[0]["first"], "2024-01-04")
    equal(good("tiers", "--format", "csv", "--anonymous", "7", "--sales", path).text.count("\n"), 1)
    result = good("tiers", "--format", "csv", "--sales", path)
    equal(result.rows[0]["spend"], "1.23")
    expect("rounded" in result.error, "rounding is not said")


# ---- what is refused ----

@test
def unusable_files():
    unusable("tiers", "--sales", os.path.join(FOLDER, "missing.csv"), saying="missing.csv")
    unusable("tiers", "--sales", FOLDER)
    unusable("tiers", "--sales", write("empty.csv", ""), saying="empty.csv")
    unusable("tiers", "--sales", write("nocolumn.csv", "document,customer,amount\n1,7,3\n"), saying="time")
    unusable("tiers", "--sales", write("plain.csv", PLAIN), "--customers", os.path.join(FOLDER, "missing.csv"))
    unusable("tiers", "--sales", write("plain.csv", PLAIN), "--rejects", os.path.join(FOLDER, "no", "folder"))
    unusable()
    unusable("tiers")


@test
def unusable_arguments():
    path = write("plain.csv", PLAIN)
    for bad in (["--bogus"], ["--bogus=1"], ["-x"], ["--sale", path], ["--sales"], ["--", "x"],
                ["pyramid", "tiers"], ["nothing"], ["--format", "xml"], ["--format"], ["--lang", "fr"],
                ["--digits", "7"], ["--digits", "-1"], ["--digits", "2.5"], ["--digits", "two"], ["--digits", ""],
                ["--returns", "maybe"], ["--refunds", "never"], ["--occasions", "week"], ["--money", "gross"],
                ["--day-start", "24:00"], ["--day-start", "4"], ["--week-start", "monday"], ["--fiscal-start", "13"],
                ["--fiscal-start", "0"], ["--as-of", "yesterday"], ["--as-of", "2024-02-30"], ["--as-of", "2024-13-01"],
                ["--from", "2023-02-29"], ["--to", "24-01-01"], ["--from", "2024-02-01", "--to", "2024-01-01"],
                ["--from", "2024-02-01", "--to", "2024-02-01"], ["--delimiter", ""], ["--delimiter", "ab"],
                ["--decimal", "x"], ["--encoding", "utf-16"], ["--document", "day"], ["--header", ""],
                ["--time-format", ""], ["--time-format", "%Q"], ["--color", "blue"], ["--all=yes"], ["--help=1"],
                ["--where", "x > 1"]):
        unusable(*bad, "--sales", path)


@test
def unusable_options_of_a_verb():
    path = write("plain.csv", PLAIN)
    bad_values = {
        "pyramid --shares": ("5,1", "1,1", "0,5", "5,100", "-1,5", "1,,5", "1.234", "", "x",
                             ",".join(map(str, range(1, 18)))),
        "pyramid --cut": ("round",), "tiers --ties": ("random",), "tiers --measure": ("love",),
        "months --period": ("decade",), "cohorts --rolling": ("0", "x"),
        "rfm --r-cuts": ("1,2,3,4",), "rfm --f-cuts": ("4,3,2,1", "1,2,3"), "rfm --m-cuts": ("1,2,3", "1,2,3,4.555"),
        "products --abc": ("95,80", "80", "80,101"),
        "kpi --kpi": ("turnover", "revenue,", "", "revenue,revenue_nett"), "kpi --periods": ("0", "513", "all"),
        "kpi --group": ("customer",), "kpi --cases": ("0",), "kpi --period": ("fortnight",),
        "kpi --feast": ("2024-02-10", "2024-02-10=", "2024-02-10=2023-02-30", "Easter=2023-04-09"),
        # Flags of another verb.
        "months --shares": ("1,5",), "rfm --period": ("week",), "pyramid --abc": ("80,95",), "load --ties": ("split",),
        "cohorts --cut": ("ceil",), "tiers --rolling": ("30",), "months --kpi": ("revenue",),
        "rfm --periods": ("3",)}
    for place, values in bad_values.items():
        verb, flag = place.split()
        for value in values:
            unusable(verb, flag, value, "--sales", path, saying=flag)


@test
def options_that_are_good():
    path = write("plain.csv", PLAIN)
    rows = csv_of("pyramid", "--shares", "0.5,33.34,66.67,99.99", "--cut", "floor", "--ties", "split", "--sales", path)
    equal([row["tier"] for row in rows][:6], ["tier1", "tier2", "tier3", "tier4", "tier5", "nonpositive"])
    equal([row["tier"] for row in csv_of("pyramid", "--sales", path)],
          ["vip", "major", "medium", "small", "nonpositive", "inactive", "prospect", "suspect"])
    rows = csv_of("rfm", "--r-cuts", "90,60,30,7", "--f-cuts", "2,3,4,5", "--m-cuts", "10,20,50,99.99", "--sales", path)
    equal({row["customer"]: row["r"] + row["f"] + row["m"] for row in rows}, {"7": "422", "8": "313", "9": "515"})
    csv_of("cohorts", "--rolling", "30", "--sales", path)
    csv_of("products", "--abc", "50,50.5", "--sales", path)


# ---- bad rows ----

def rejected(content, cause, accepted, *flags):
    """A file with one bad row: exit 1, the good rows stand, the bad one is named."""
    path = write("bad.csv", content)
    rejects = os.path.join(FOLDER, "rejects.csv")
    result = partly("load", "--format", "csv", "--rejects", rejects, *flags, "--sales", path)
    row = load_row(result)
    equal(int(row["rows"]), int(row["accepted"]) + int(row["duplicate"]) + int(row["rejected"]), "rows")
    equal(row["accepted"], str(accepted), "accepted")
    expect(re.search(r"^crm-cockpit: sales: \d[\d,]* rows? rejected: %s \(first: .*bad\.csv row \d+" % cause,
                     result.error, re.M), "not said: %r" % result.error)
    with open(rejects, newline="", encoding="utf-8") as file:
        named = list(csv.DictReader(file))
    equal(len(named), int(row["rejected"]), "rejects file")
    equal(list(named[0]), ["table", "file", "row", "column", "cause"])
    expect(any(one["cause"] == cause for one in named), "%r has no %s" % (named, cause))
    expect(all(one["table"] == "sales" and one["file"] == path for one in named), repr(named))
    return named


@test
def bad_rows():
    named = rejected(PLAIN + "5,2024-02-31,7,1.00\n", "time", 4)
    equal([(one["row"], one["column"]) for one in named], [("5", "time")])
    equal(rejected(PLAIN + "5,2024-02-01,7,x\n", "number", 4)[0]["column"], "amount")
    rejected(PLAIN + "5,2024-02-01,7,\"1,50\"\n", "number", 4)
    rejected(PLAIN + "5,2024-02-01,7,92233720368547758.08\n", "range", 4)
    rejected(PLAIN + "5,2024-02-01,7," + "9" * 400 + "\n", "range", 4)
    rejected(PLAIN + ",2024-02-01,7,1\n", "missing", 4)
    rejected(PLAIN + "5,,7,1\n", "missing", 4)
    rejected(PLAIN + "5,2024-02-01,7\n", "ragged", 4)
    rejected(PLAIN + "5,2024-02-01,7,1,2,3\n", "ragged", 4)
    rejected(PLAIN.encode() + b"5,2024-02-01,a\0b,1\n", "nul", 4)
    rejected(PLAIN.encode() + b"5,2024-02-01,a\xff\xfeb,1\n", "encoding", 4)
    rejected(PLAIN.encode() + b"5,2024-02-01,\xed\xa0\x80,1\n", "encoding", 4)
    rejected(PLAIN + "5,2024-02-01,7,1\n5,2024-02-01,8,1\n", "two_customers", 4)
    rejected(PLAIN + '5,2024-02-01,"7,1\n6,2024-02-01,7,1\n7,2024-02-02,7,1\n', "quote", 6)
    words = PLAIN.replace("amount", "amount,kind").replace("0\n", "0,sale\n") + "5,2024-02-01,7,1,gift\n"
    rejected(words, "word", 4)


@test
def all_rows_bad():
    """A file whose marks are all read wrongly is said so, row by row."""
    wrong = PLAIN.replace(",", ";").replace(".", ",")
    result = partly("load", "--format", "csv", "--delimiter", ";", "--sales", write("wrong.csv", wrong))
    equal(load_row(result)["accepted"], "0")
    expect("4 rows rejected: number" in result.error, result.error)
    expect(result.error.rstrip().endswith("; --decimal , reads a decimal comma"), result.error)
    mixed = partly("load", "--sales", write("mixed.csv", PLAIN.replace("2024-", "24/")))
    expect("; --time-format FORMAT tells how times are written" in mixed.error, mixed.error)


@test
def sums_past_64_bits():
    most = "92233720368547758.07"
    lines = "document,time,customer,amount\n1,2024-01-01,7,%s\n" % most
    equal(good("tiers", "--format", "csv", "--sales", write("most.csv", lines)).rows[0]["spend"], most)
    unusable("tiers", "--sales", write("over.csv", lines + "2,2024-01-01,7,0.01\n"))
    unusable("tiers", "--sales", write("under.csv", lines + "2,2024-01-01,8,-0.01\n"))


@test
def rejects_of_no_row():
    rejects = os.path.join(FOLDER, "none.csv")
    good("tiers", "--rejects", rejects, "--sales", write("plain.csv", PLAIN))
    with open(rejects, "rb") as file:
        equal(file.read(), b"table,file,row,column,cause\n")


@test
def all_or_nothing():
    path = write("bad.csv", PLAIN + "5,2024-02-31,7,1.00\n")
    unusable("tiers", "--all-or-nothing", "--sales", path)
    good("tiers", "--all-or-nothing", "--sales", write("plain.csv", PLAIN))


@test
def the_same_file_again():
    path = write("plain.csv", PLAIN)
    row = load_row(good("load", "--format", "csv", "--sales", path, "--sales", path))
    equal((row["rows"], row["accepted"], row["duplicate"], row["rejected"]), ("8", "4", "4", "0"))
    equal(row["amount_accepted"], "140.00")
    equal(good("tiers", "--format", "csv", "--sales", path, "--sales", path).out,
          good("tiers", "--format", "csv", "--sales", path).out)
    other = write("other.csv", PLAIN.replace("10.00", "11.00"))
    expect("conflict" in partly("load", "--sales", path, "--sales", other).error, "conflict")
    rows = good("tiers", "--format", "csv", "--replace", "--sales", path, "--sales", other).rows
    equal({r["customer"]: r["spend"] for r in rows}["7"], "15.50")


@test
def facts_in_a_store_file():
    store = os.path.join(FOLDER, "kept.crm")
    first = write("first.csv", PLAIN)
    more = write("more.csv", "document,time,customer,amount\n9,2024-03-05,7,70.00\n9x,never,7,1.00\n")
    unusable("tiers", "--store", store, saying="kept.crm")
    good("tiers", "--store", store, "--sales", first)
    equal(good("tiers", "--format", "csv", "--store", store).out, good("tiers", "--format", "csv", "--sales", first).out)
    expect("time" in partly("tiers", "--store", store, "--sales", more).error, "the rejected row")
    row = load_row(good("load", "--format", "csv", "--store", store))
    equal((row["rows"], row["accepted"], row["rejected"]), ("6", "5", "1"))
    rows = good("tiers", "--format", "csv", "--store", store).rows
    equal({r["customer"]: r["spend"] for r in rows}["7"], "84.50")
    good("tiers", "--store", store, "--digits", "2")
    for settled in (["--digits", "3"], ["--returns", "sign"], ["--day-start", "04:00"], ["--anonymous", "7"],
                    ["--currency", "EUR"]):
        unusable("tiers", "--store", store, *settled, saying=settled[0])
    night = os.path.join(FOLDER, "night.crm")
    good("tiers", "--store", night, "--day-start", "04:00", "--sales", write("n.csv", PLAIN + "5,2024-04-01 03:00,7,5\n"))
    equal(good("months", "--format", "csv", "--store", night, "--from", "2024-03-31").rows[0]["revenue"], "5.00")
    with open(store, "rb") as file:
        content = file.read()
    cut = write("cut.crm", content[:-60])   # into the end of the last commit
    result = partly("tiers", "--format", "csv", "--store", cut)
    equal({r["customer"]: r["spend"] for r in result.rows}["7"], "14.50")
    expect("damaged" in result.error, "an older commit is not told: " + result.error)
    unusable("tiers", "--store", cut, "--sales", more, saying="cut.crm")
    unusable("tiers", "--store", write("cut2.crm", content[:9000]), saying="cut2.crm")
    unusable("tiers", "--store", write("none.crm", b"not a store at all"), saying="none.crm")
    unusable("tiers", "--store", os.path.join(FOLDER, "no", "such", "folder.crm"), "--sales", first, saying="folder.crm")


@test
def a_store_file_has_one_writer():
    """Where the application has the files of bindings/posix; else nothing keeps a second one out."""
    store = os.path.join(FOLDER, "one.crm")
    first, second = write("one.csv", PLAIN), write("two.csv", "document,time,customer,amount\n9,2024-03-05,7,70.00\n")
    good("load", "--store", store, "--sales", first)
    if not os.path.exists(store + ".lock"):
        print("without locks: a_store_file_has_one_writer")
        return
    import fcntl
    spend = good("tiers", "--format", "csv", "--store", store).out
    with open(store + ".lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        unusable("load", "--store", store, "--sales", second, saying="somebody else")
        unusable("forget", "--store", store, "--customer", "7", saying="somebody else")
        equal(good("tiers", "--format", "csv", "--store", store).out, spend, "a reader beside a writer")
    link, pipe = os.path.join(FOLDER, "link.crm"), os.path.join(FOLDER, "pipe.crm")
    os.symlink("one.crm", link)
    good("load", "--store", link, "--sales", second)
    expect(os.path.islink(link) and good("tiers", "--format", "csv", "--store", store).out != spend, "the link leads elsewhere")
    os.mkfifo(pipe)
    unusable("load", "--store", pipe, "--sales", first, saying="pipe.crm")
    unusable("tiers", "--store", pipe, saying="pipe.crm")


@test
def words_of_every_expression_mean_the_same():
    """--shares and the like say what a tier is in --treated and --match as they do in --where; --measure does not."""
    at, half = ["--at", "2025-01-01", *sample()], ["--shares", "50"]
    upper = len(good("segment", "--format", "csv", "--as-of", "2025-01-01", *half, "--where", "tier = 'tier1'", *sample()).rows)
    for measure in ("spend", "occasions"):
        rows = good("coverage", "--format", "csv", *half, "--treated", "tier = 'tier1'", "--measure", measure, *at).rows
        equal(sum(int(row["customers"]) for row in rows if row["group"] == "treated" and row["reason"] == "all"), upper, measure)
    rows = good("strata", "--format", "csv", *half, "--treated", "region = 'centre'", "--match", "tier", *at).rows
    equal({row["tier"] for row in rows} & {"tier1", "tier2", "vip"}, {"tier1", "tier2"})
    good("extension", "--format", "csv", *half, "--treated", "tier = 'tier1'", *at)
    good("view", "--customer", "1032", "--measure", "profit", *sample())
    unusable("tiers", "--where", "true", "--define", "ok=true", "--define", "A b=true", *sample(), saying="--define A b: ")
    unusable("composition", "--by", "nothing", *sample(), saying="--by: ")


@test
def people_are_taken_out_of_a_store_file():
    """Erasing keeps the books, forgetting does not; neither leaves a key in the file."""
    names = write("names.csv", "document,time,customer,amount\n1,2024-01-05,hidden-ann,10\n2,2024-01-20,hidden-bob,20\n"
                  "3,2024-02-01,carl,5\n")
    merges = write("names-merges.csv", "customer,into\nhidden-annie,hidden-ann\n")
    store = os.path.join(FOLDER, "people.crm")
    for verb in CHANGING:
        unusable(verb, "--store", store, saying="--customer")
        unusable(verb, "--customer", "hidden-ann", "--sales", names, saying="--store")
        unusable(verb, "--customer", "hidden-ann", "--store", store, saying="people.crm")
        expect(not os.path.exists(store), verb + " makes a file")
    good("load", "--store", store, "--sales", names, "--merges", merges)
    unusable("forget", "--customer", "hidden-ann", "--where", "spend > 1", "--store", store, saying="--customer alone")
    result = unusable("erase", "--customer", "hidden-ann", "--customer", "nobody", "--store", store, saying="no such customer")
    equal(len(good("tiers", "--format", "csv", "--store", store).rows), 3, "all or none")
    rows = {row["measure"]: row for row in good("erase", "--customer", "hidden-ann", "--format", "csv", "--store", store).rows}
    equal([rows["erased_keys"]["after"], rows["documents"]["before"], rows["documents"]["after"],
           rows["documents"]["amount_after"]], ["2", "3", "3", "35.00"])
    left = {row["customer"] for row in good("tiers", "--format", "csv", "--store", store).rows}
    expect("carl" in left and "hidden-bob" in left and len(left) == 3 and not any("ann" in key for key in left), str(left))
    text = good("forget", "--customer", "hidden-bob", "--store", store).text
    expect("Keys forgotten" in text and "20.00" not in text.split("Keys forgotten")[0], text)
    equal([row["spend"] for row in good("tiers", "--format", "csv", "--store", store).rows], ["10.00", "5.00"])
    with open(store, "rb") as file:
        expect(b"hidden" not in file.read(), "a key is in the file")
    good("load", "--store", store, "--sales", names)
    equal([row["spend"] for row in good("tiers", "--format", "csv", "--store", store).rows], ["20.00", "10.00", "5.00"])
    for language in ("en", "zh"):
        for line in good("forget", "--customer", "carl", "--lang", language, "--store", store).text.split("\n"):
            expect(cells_of(line) <= 80, line)
        good("load", "--store", store, "--sales", names)


@test
def nothing_to_count():
    header = write("header.csv", "document,time,customer,amount\n")
    for verb, form in forms(verb for verb in HEADERS if verb not in OF_ONE):
        good(verb, "--format", form, "--sales", header, *bare(verb))
    rows = csv_of("load", "--sales", header)
    equal([(row["table"], row["rows"]) for row in rows], [("sales", "0")])
    rows = csv_of("pyramid", "--sales", header)
    equal([row["customers"] for row in rows], ["0"] * 8)
    equal([row["min_spend"] + row["max_spend"] for row in rows], [""] * 8)


@test
def as_of_before_all_facts():
    path = write("plain.csv", PLAIN)
    result = good("pyramid", "--format", "csv", "--as-of", "2020-01-01", "--sales", path)
    equal([row["customers"] for row in result.rows], ["0"] * 8)
    equal(result.error.count("\n"), 1)
    expect("before as-of" in result.error, result.error)
    for verb, form in forms(verb for verb in HEADERS if verb not in OF_ONE):
        good(verb, "--format", form, "--as-of", "2020-01-01", "--sales", path, *bare(verb))


@test
def bounds():
    path = write("plain.csv", PLAIN)
    spend = lambda *flags: {r["customer"]: r["spend"] for r in csv_of("tiers", "--sales", path, *flags) if r["rank"]}
    equal(spend("--from", "2024-01-06"), {"7": "4.50", "8": "25.50", "9": "100.00"})
    equal(spend("--to", "2024-01-20"), {"7": "10.00"})
    equal(spend("--to", "2024-01-20T09:30"), {"7": "10.00"})
    equal(spend("--to", "2024-01-20 09:31"), {"7": "10.00", "8": "25.50"})
    equal(spend("--as-of", "2024-02-01"), {"7": "10.00", "8": "25.50"})
    equal(spend("--as-of", "2024-01-20", "--day-start", "10:00"), {"7": "10.00", "8": "25.50"})


@test
def figures_beside_a_chart_are_whole():
    path = write("large.csv", "document,time,customer,amount\n1,2024-01-05,7,15900000000000\n2,2024-02-05,7,5\n"
                 "3,2024-03-05,7,5\n")
    for language in ("en", "zh"):
        shown = good("--sales", path, "--lang", language).text
        expect("  15.9T " in shown, shown)


@test
def profit_without_cost_is_told():
    path = write("plain.csv", PLAIN)
    for verb in ("pyramid", "tiers", "concentration"):
        result = good(verb, "--measure", "profit", "--format", "csv", "--sales", path)
        expect("too high for it: 3" in result.error, result.error)
        expect("cost" not in good(verb, "--format", "csv", "--sales", path).error, verb)


@test
def a_lone_day_is_told_where_as_of_is_not_given():
    path = write("lone.csv", PLAIN + "5,2033-01-01,9,1\n")
    expect("--as-of may be needed" in good("tiers", "--sales", path).error, "no word of the lone day")
    expect("may be needed" not in good("tiers", "--sales", path, "--as-of", "2024-04-01").error, "as-of was given")


# ---- big things ----

def peak_of(arguments):
    """Exit status, standard error and the most memory, in MB, of a run."""
    script = ("import resource,subprocess,sys\n"
              "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)\n"
              "used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
              "print(done.returncode, used // (1024 if sys.platform != 'darwin' else 1048576))\n"
              "sys.stderr.buffer.write(done.stderr)\n")
    done = subprocess.run([sys.executable, "-c", script, COCKPIT] + arguments, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=True)
    status, used = done.stdout.split()
    return int(status), done.stderr.decode("utf-8", "replace"), int(used)


def peak_is_known():
    try:
        import resource
        return resource is not None
    except ImportError:
        return False


@test
def a_line_of_100_megabytes():
    if not peak_is_known():
        return
    path = os.path.join(FOLDER, "long.csv")
    for before, after in ((b"5,2024-02-01,", b",1\n"), (b'5,2024-02-01,"', b'",1\n'), (b'5,2024-02-01,"', b"")):
        with open(path, "wb") as file:
            file.write(PLAIN.encode() + before)
            for _ in range(100):
                file.write(b"x" * 1000000)
            file.write(after)
        status, error, used = peak_of(["tiers", "--format", "csv", "--sales", path])
        equal(status, 1, error)
        expect(used < 100, "%d MB" % used)
        expect("too_long" in error or "quote" in error, error)
    with open(path, "wb") as file:
        for _ in range(100):
            file.write(b"x" * 1000000)
    status, error, used = peak_of(["tiers", "--format", "csv", "--sales", path])
    equal(status, 2, error)
    expect(used < 100, "%d MB" % used)
    equal(error.count("\n"), 1)
    os.remove(path)


@test
def a_million_columns():
    names = ",".join("c%d" % i for i in range(1000000))
    path = write("wide.csv", names + "\n" + "," * 999999 + "\n")
    unusable("tiers", "--sales", path)
    path = write("wide.csv", PLAIN + "," * 1000000 + "\n")
    partly("tiers", "--sales", path)


@test
def standard_input_that_ends_late():
    """Rows that come in small pieces are the same rows."""
    done = subprocess.Popen([COCKPIT, "tiers", "--format", "csv", "--sales", "-"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def feed():
        for i in range(0, len(PLAIN), 7):
            done.stdin.write(PLAIN.encode()[i:i + 7])
            done.stdin.flush()
        done.stdin.close()
    feeder = threading.Thread(target=feed)
    feeder.start()
    out = done.stdout.read()
    feeder.join()
    done.wait()
    equal(out, good("tiers", "--format", "csv", "--sales", write("plain.csv", PLAIN)).out)


def main():
    global COCKPIT, DATA, FOLDER
    parser = argparse.ArgumentParser()
    parser.add_argument("--cockpit", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("names", nargs="*", help="only these tests")
    chosen = parser.parse_args()
    COCKPIT = os.path.abspath(chosen.cockpit)
    DATA = os.path.abspath(chosen.data)
    FOLDER = tempfile.mkdtemp(prefix="cockpit-test-")
    passed = failed = 0
    try:
        for function in TESTS:
            if chosen.names and function.__name__ not in chosen.names:
                continue
            try:
                function()
                passed += 1
            except Exception as trouble:  # a test that cannot run has failed
                failed += 1
                print("FAILED %s: %s" % (function.__name__, str(trouble)[:600]))
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
