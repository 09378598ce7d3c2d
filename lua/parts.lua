--- lua/parts.lua: the lines of what is due: a period billed for the first time, or what changed one that is billed.
--- Units: a part is what one claim bills: its lines stand on one document.
--- Source: the version of an agreement that holds on a day prices it. What is billed in advance has its tax point on the
--- first of its days, what is billed in arrears on the last; what is taken back bears the tax that it was billed with.
--- Example: 30 a month becomes 90 on 11 April: a part "advance+1" of -20.00 and 60.00.
local billing = require "billing"
local charges = require "charges"
local corrections = require "corrections"
local declare = require "declare"
local due = require "due"
local invoice = require "invoice"
local pricing = require "pricing"
local runs = require "runs"
local tax = require "tax"
local timeline = require "timeline"

local same_bounds = due.same_bounds

local parts = {}

-- ---- parts ----

local function alike(a, b) return a.rate == b.rate and a.code == b.code and a.reason == b.reason end
parts.alike = alike

local function part_of(self, task, job, plan, day)
  local version = job.agreement
  return { id = self.id, key = task.key, due = task.due, day = day, lines = {}, answers = {}, currency = job.currency,
           plan = plan.name, account = job.account, invoices = plan.invoices, reference = version.reference,
           terms = billing.first_of("terms", version, job.account, self.book) }
end

local function answer_today(self, category, account, day)
  return tax.for_line(category, self.book.country, account, day, self.tax)
end

local function add_lines(self, part, lines)
  for i = 1, #lines do
    local line = lines[i]
    local category = line.tax_category
    part.lines[#part.lines + 1] = line
    part.answers[category] = part.answers[category] or answer_today(self, category, part.account, part.day)
  end
end

-- ---- what is rated ----

local function last_segment(segments, line, of)
  local last = segments[#segments]
  if last then return last end
  local run = line:run_on(max(of.stop - 1, of.start))
  return { version = run.version, plan = run.plan, a = of.start, b = of.stop }
end

local function first_segment(line, of)
  local run = line:run_on(of.start)
  return { version = run.version, plan = run.plan, a = of.start, b = of.stop }
end

-- The lines of one timing of a period, before discounts.
local function rated_lines(self, line, of, timing)
  local before = invoice.job()
  local job = runs.job(self, line, of, first_segment(line, of), timing, timing, of.start, before.day)
  local list = runs.of(job, line, of, timing)
  invoice.begin(job)
  for _, run in ipairs(list) do
    if not run.charge.closing and runs.put(job, line, of, run, run.a, run.b) then charges.bill_period(run.charge) end
  end
  local lines = job.lines
  invoice.resume(before)
  return lines
end

-- What was billed of a timing by now, in this call or before: lines with their discounts.
local function billed_by_now(self, base, start)
  local group = self.groups[base] and self.groups[base][start]
  if not group then return self.made and self.made[base .. " " .. start] or {} end
  local lines = {}
  for _, one in ipairs(corrections.billed(self.billed(self.id, start), base)) do lines[#lines + 1] = one.line end
  return lines
end

-- What lines come to is less by the share that discounts took off those that were billed of their charge.
local function bear_discounts(lines, billed)
  local gross, discount = {}, {}
  for _, one in ipairs(billed) do
    local id = one.charge
    if id and one.discount then discount[id] = (discount[id] or 0) + one.discount end
    if id then gross[id] = (gross[id] or 0) + one.amount end
  end
  for _, one in ipairs(lines) do
    local off = discount[one.charge]
    if off and not one.discount and gross[one.charge].amount ~= 0 then
      one.discount = prorate(one.amount, off.amount, gross[one.charge].amount)
    end
  end
end

-- Lines of the charges that have a cycle of their own, of its periods that begin within a period.
local function add_other_cycles(self, line, of, lines)
  for _, key in ipairs(due.keys(self)) do
    for _, series in ipairs(key ~= of.series.key and line:series(key) or {}) do
      local day = max(series.from, of.start)
      while day < of.stop and (not series.to or day < series.to) do
        local at = timeline.period(series, day)
        for _, timing in ipairs { "advance", "arrears" } do
          local more = rated_lines(self, line, at, timing)
          bear_discounts(more, billed_by_now(self, timing .. "/" .. key, line:first_day(at.start)))
          for _, one in ipairs(more) do lines[#lines + 1] = one end
        end
        day = at.high
      end
    end
  end
end

-- What a period comes to besides the lines at hand, for caps and minimums over all of it: the other timing, and charges with
-- cycles of their own.
local function others_of(self, line, of)
  local made = {}
  return function(timing)
    if made[timing] then return made[timing] end
    local key = of.series.key
    local lines = rated_lines(self, line, of, timing)
    bear_discounts(lines, billed_by_now(self, key == "" and timing or timing .. "/" .. key, line:first_day(of.start)))
    add_other_cycles(self, line, of, lines)
    made[timing] = lines
    return lines
  end
end

-- What pricing.period rates: runs, with how the job is set to them.
local function rated_of(job, line, of, list, segments)
  list.put = function(run) return runs.put(job, line, of, run, run.a, run.b) end
  list.at = function(a, b)
    job.share, job.before = nil, nil
    job.span = period(line:first_day(a) or a, line:day_after(b) or b)
  end
  list.all = function()
    local last = last_segment(segments, line, of)
    job.agreement, job.phase = last.version, last.phase
    list.at(segments[1] and segments[1].a or of.start, last.b or of.stop)
  end
  return list
end

local function currency_of(self, plan, account) return plan.currency or account.currency or self.book.currency end

-- The runs of each currency; a plan for another one makes documents of its own.
local function by_currency(self, list, segments, account)
  local found, order = {}, {}
  local function lists_of(plan)
    local currency = currency_of(self, plan, account)
    if not found[currency] then
      found[currency] = { currency = currency, runs = {}, segments = {} }
      order[#order + 1] = found[currency]
    end
    return found[currency]
  end
  for _, segment in ipairs(segments) do
    local of = lists_of(segment.plan)
    of.segments[#of.segments + 1] = segment
  end
  for _, run in ipairs(list) do
    local of = lists_of(run.segment.plan)
    of.runs[#of.runs + 1] = run
  end
  return order
end

-- ---- a period billed for the first time ----

local function check_prices(self, segments)
  self.checked = self.checked or {}
  for i = 1, #segments do
    local segment = segments[i]
    local version = segment.version
    if not self.checked[version] and version.prices then
      self.checked[version] = true
      charges.check_overrides(version.prices, segment.plan.charges, version, segment.plan.currency or self.book.currency)
    end
  end
end

local function pause_of(line, day)
  local pause = line:run_on(line:clock(day)).pause
  return (pause == "keep" or pause == "uncollectible") and pause or nil
end

local function bill(self, task, line, job, list, segments)
  local of, plan = task.of, last_segment(segments, line, task.of).plan
  if task.timing == "advance" and of.series.key == "" then list.segments = segments end
  job.others = others_of(self, line, of)
  local lines, note = pricing.period(job, plan, plan.path, rated_of(job, line, of, list, segments))
  if #lines == 0 then return nil end
  self.made = self.made or {}
  self.made[task.base .. " " .. task.key] = lines
  local part = part_of(self, task, job, plan, job.day)
  part.note, part.pause = note, pause_of(line, task.due)
  add_lines(self, part, lines)
  return part
end

--- The parts of a period that nothing claims: one, or one for each currency.
function parts.first(self, task)
  local line, of, made = self.line, task.of, {}
  local day = task.timing == "advance" and task.key or task.due - 1
  local job = runs.job(self, line, of, first_segment(line, of), task.timing, task.base, task.key, day)
  local list, segments = runs.of(job, line, of, task.timing)
  if #segments == 0 then return made end
  check_prices(self, segments)
  if #segments == 1 then
    local plan = segments[1].plan
    job.currency = currency_of(self, plan, job.account)
    made[1] = bill(self, task, line, job, list, segments)
    return made
  end
  for _, one in ipairs(by_currency(self, list, segments, job.account)) do
    local claim = #made == 0 and task.base or task.base .. "+" .. #made
    job = runs.job(self, line, of, one.segments[1], task.timing, claim, task.key, day)
    made[#made + 1] = bill(self, task, line, job, one.runs, one.segments)
  end
  return made
end

-- ---- what changed a period that is billed ----

-- The tax of a line as it was billed, where it is another today.
local function answer_then(self, line, part)
  local today = answer_today(self, line.tax_category, part.account, part.day)
  if line.tax_rate == nil then return today end
  if line.tax_rate == today.rate and (line.tax_code == nil or line.tax_code == today.code) then return today end
  return { rate = line.tax_rate, code = line.tax_code or (line.tax_rate == 0 and "Z" or "S"), reason = line.tax_reason,
           factor = line.tax_rate / 100, rule = "as billed" }
end

-- What a credit is called: the old line, and why; its days stand beside it.
local function credit_text(line, cause) return (line.text or line.charge) .. ", credit, " .. cause end

-- Claims of corrections count on from what is claimed; one that comes to nothing is given back.
local function give_back(task) task.group.next = task.group.next - 1 end
local function next_claim(task)
  task.group.next = (task.group.next or task.group.count) + 1
  return task.base .. "+" .. task.group.next
end

-- A credit has to stand where its tax fits, and its currency: with the first part that it does.
local function place_credit(self, task, list, job, plan, credit, cause, span)
  local old = credit.one.line
  local found
  for _, part in ipairs(list) do
    local known = part.answers[old.tax_category]
    local fits = part.currency == credit.amount.currency and (not known or alike(known, answer_then(self, old, part)))
    if fits and not found then found = part end
  end
  if not found then
    found = part_of(self, task, job, plan, job.day)
    found.currency, found.claim = credit.amount.currency, next_claim(task)
    list[#list + 1] = found
  end
  found.answers[old.tax_category] = found.answers[old.tax_category] or answer_then(self, old, found)
  found.lines[#found.lines + 1] = {
    kind = "charge", text = credit_text(old, cause), amount = -credit.amount, tax_category = old.tax_category,
    revenue = old.revenue, product = old.product, unit = nil, start = span.start, stop = span.stop, agreement = self.id,
    period = task.key, claim = found.claim, charge = old.charge, meter = old.meter, cause = cause,
    corrects = old.document, corrects_line = old.ordinal, gross = old.gross and -credit.amount or nil,
  }
end

-- Lines of charges on new terms, as a part of their own; they say why.
local function charged(self, task, line, job, rated, cause_at)
  local plan = rated.plan
  local lines, note = pricing.period(job, plan, plan.path, rated)
  if #lines == 0 then return nil end
  local part = part_of(self, task, job, plan, job.day)
  part.note, part.claim = note, job.claim
  for _, one in ipairs(lines) do
    one.cause = cause_at(one)
    if one.kind ~= "discount" then one.text = one.text .. ", " .. one.cause end
  end
  add_lines(self, part, lines)
  return part
end

-- The days of the clock as they were when a line was billed.
local function clock_of(self, group)
  return function(line, day)
    local known = due.known(self, group.versions[line.claim] or group.version) or self.line
    return known:clock(day)
  end
end

-- None where there was no such period any more, as it was known last.
local function known_runs(self, group, timing)
  local old, of = due.known(self, group.version), group.old
  if not of then return {}, self.line end
  local job = runs.job(self, old, of, first_segment(old, of), timing, group.base, group.start, group.start)
  return runs.of(job, old, of, timing, true), old
end

-- The first civil day that changes.
local function first_day(line, differences)
  local first
  for _, difference in ipairs(differences) do
    for _, list in ipairs { difference.gone, difference.come } do
      if list[1] then first = first and min(first, list[1].a) or list[1].a end
    end
  end
  return first and (line:first_day(first) or first)
end

local function come_runs(differences)
  local list = {}
  for _, difference in ipairs(differences) do
    for _, span in ipairs(difference.come) do
      list[#list + 1] = { charge = span.run.charge, segment = span.run.segment, a = span.a, b = span.b }
    end
  end
  return list
end

local function span_of(line, a, b)
  local start = line:first_day(a) or a
  return period(start, max(line:day_after(b) or b, start + 1))
end

-- The segments of the days that some runs are: what a discount on them is for.
local function segments_of(line, of, list)
  local a, b, found = list[1].a, list[1].b, {}
  for _, run in ipairs(list) do a, b = min(a, run.a), max(b, run.b) end
  for _, one in ipairs(line:segments_in(of)) do
    if one.a < b and one.b > a then
      found[#found + 1] = { a = max(one.a, a), b = min(one.b, b), version = one.version, plan = one.plan, phase = one.phase }
    end
  end
  return found
end

-- Charges of the new terms for the days that have others now.
local function charge_new(self, task, differences, day)
  local line, of = self.line, task.of
  local list = of and come_runs(differences) or {}
  if #list == 0 then return {} end
  local made, group = {}, task.group
  local account = self.account_on(day)
  for _, one in ipairs(by_currency(self, list, {}, account)) do
    local rated = one.runs
    local job = runs.job(self, line, of, rated[1].segment, task.timing, next_claim(task), task.key, day)
    job.cause = "change"
    rated_of(job, line, of, rated, segments_of(line, of, rated))
    rated.plan = rated[#rated].segment.plan
    check_prices(self, { rated[1].segment })
    local part = charged(self, task, line, job, rated, function(billed)
      return due.cause(self, group.version, line:clock(billed.start), line:clock(billed.stop - 1) + 1)
    end)
    if part then made[#made + 1] = part else give_back(task) end
  end
  return made
end

-- Credits stand before the charges that take their place.
local function credits_first(part)
  local list = {}
  for _, line in ipairs(part.lines) do if line.corrects then list[#list + 1] = line end end
  for _, line in ipairs(part.lines) do if not line.corrects then list[#list + 1] = line end end
  part.lines = list
end

-- ---- charges that a plan has no more ----

-- Days of a billed line whose service ended, or that another plan has now.
local function is_left(old, new, of, group, line, day_of)
  local a, b = day_of(line, line.start), day_of(line, line.stop - 1) + 1
  for _, was in ipairs(old:segments_in(group.old)) do
    local rest = was.a < b and was.b > a and { { a = max(was.a, a), b = min(was.b, b) } } or {}
    for _, now in ipairs(of and same_bounds(of, group.old) and new:segments_in(of) or {}) do
      if now.plan.path == was.plan.path then rest = corrections.minus(rest, now.a, now.b) end
    end
    if #rest > 0 then return true, was.plan.path end
  end
end

-- Nobody can say whether what a plan was edited to know no more is given back; nothing is kept in silence.
local function check_known(self, task, billed, old_runs, old)
  local known, group = {}, task.group
  for _, run in ipairs(old_runs) do known[run.charge.id] = true end
  for _, one in ipairs(group.old and billed or {}) do
    local line = one.line
    if line.charge and not known[line.charge] and one.left.amount ~= 0 then
      local left, path = is_left(old, self.line, task.of, group, line, clock_of(self, group))
      if left then
        local days = line.start .. ".." .. line.stop
        declare.fail("agreement " .. self.id .. " is billed charge '" .. line.charge .. "' for " .. days .. ", which " .. path
          .. " has no more", 'put it back, or say id = "' .. line.charge
          .. '" in the charge that took its place: its days change, and it says what is given back')
      end
    end
  end
end

local function changed_advance(self, task)
  local group, line, of = task.group, self.line, task.of
  local old_runs, old = known_runs(self, group, "advance")
  local new_runs = {}
  if of then
    local job = runs.job(self, line, of, first_segment(line, of), "advance", task.base, task.key, task.due)
    new_runs = runs.of(job, line, of, "advance", true)
  end
  local differences = corrections.differences(old_runs, new_runs, of ~= nil and (not group.old or same_bounds(of, group.old)))
  local day = first_day(line, differences)
  local billed = corrections.billed(self.billed(self.id, group.start), group.base)
  check_known(self, task, billed, old_runs, old)
  if not day or day > self.today then return {} end
  local credits = corrections.credits(billed, differences, group.old, clock_of(self, group))
  local made = charge_new(self, task, differences, day)
  local kept = last_segment({}, line, of or group.old)
  local job = runs.job(self, line, of or group.old, kept, "advance", task.base, task.key, day)
  for _, credit in ipairs(credits) do
    local cause = due.cause(self, group.version, credit.a, credit.b)
    place_credit(self, task, made, job, kept.plan, credit, cause, span_of(old, credit.a, credit.b))
  end
  for _, part in ipairs(made) do credits_first(part) end
  return made
end

-- ---- arrears that come to another amount by now ----

-- Lines of what is due by now, without discounts; what looks at all of them takes off what was taken off before.
local function target_of(self, task, job, list, segments)
  local plan = last_segment(segments, self.line, task.of).plan
  job.others = others_of(self, self.line, task.of)
  local rated = rated_of(job, self.line, task.of, list, segments)
  rated.bare = function(given) bear_discounts(given.lines, billed_by_now(self, task.base, task.group.start)) end
  return (pricing.period(job, plan, plan.path, rated))
end

-- Whether usage came late, or terms are others for a charge in arrears.
local function arrears_differ(self, task, list)
  local group, of = task.group, task.of
  if group.version >= self.number then return false end
  local old_runs = known_runs(self, group, "arrears")
  if not of or not group.old or not same_bounds(of, group.old) then return true end
  if #corrections.differences(old_runs, list, true) > 0 then return true end
  for _, run in ipairs(list) do
    if run.charge.closing then return true end -- it looks at charges in advance too
  end
  return #old_runs ~= #list
end

local function add_differences(job, plan, more, cause)
  for _, one in ipairs(more) do
    local like, charge = one.like, plan.ids[one.id]
    local line = invoice.add_line({
      kind = "charge", text = (charge and charge.name or like.text or one.id) .. ", " .. cause, tax_category = like.tax_category,
      revenue = like.revenue, meter = like.meter, charge = one.id, rule = like.rule,
    }, nil, one.amount.amount)
    line.cause, line.period, line.claim, line.agreement = cause, job.key, job.claim, job.agreement.id
  end
end

local function charge_differences(self, task, job, more, cause, segments)
  job.claim = next_claim(task)
  local plan = last_segment(segments, self.line, task.of).plan
  local rated = rated_of(job, self.line, task.of, {}, segments)
  rated.add = function()
    rated.all()
    add_differences(job, plan, more, cause)
  end
  local lines, note = pricing.period(job, plan, plan.path, rated)
  local part = part_of(self, task, job, plan, job.day)
  part.note, part.claim = note, job.claim
  add_lines(self, part, lines)
  return part
end

local function changed_arrears(self, task)
  local group, line, of = task.group, self.line, task.of or task.group.old
  local key, late = task.key, self.late[task.key]
  local segment = task.of and first_segment(line, of) or last_segment({}, line, of)
  local day = task.of and task.due - 1 or key
  local job = runs.job(self, line, of, segment, "arrears", task.base, key, day)
  local list, segments = {}, {}
  if task.of then list, segments = runs.of(job, line, of, "arrears", true) end
  local differs = arrears_differ(self, task, list)
  if not differs and not late then return {} end
  local target = task.of and #segments > 0 and target_of(self, task, job, list, segments) or {}
  local billed = corrections.billed(self.billed(self.id, group.start), group.base)
  local more, credits = corrections.settle(billed, target, late or {})
  local causes = {}
  if late then
    local span = span_of(line, of.start, of.stop)
    causes[1] = "late usage of " .. span.start .. ".." .. span.stop
  end
  if differs then causes[#causes + 1] = due.cause(self, group.version, of.start, of.stop) end
  local cause, made = table.concat(causes, ", "), {}
  local kept = segments[#segments] or segment
  if #more > 0 then
    job = runs.job(self, line, of, kept, "arrears", task.base, key, day)
    local there = { group = group, base = task.base, of = of, key = key, due = task.due, timing = "arrears" }
    made[1] = charge_differences(self, there, job, more, cause, segments)
  end
  for _, credit in ipairs(credits) do
    local old = credit.one.line
    place_credit(self, task, made, job, kept.plan, credit, cause, period(old.start, old.stop))
  end
  return made
end

--- The parts of what changed a period after it was billed; none where that comes to nothing.
function parts.changed(self, task)
  if task.timing == "advance" then return changed_advance(self, task) end
  return changed_arrears(self, task)
end

--- The period of an agreement that has a day, by its nominal bounds.
function parts.around(self, day)
  local line = self.line
  for _, series in ipairs(line:series "") do
    if day >= series.from and (not series.to or day < series.to) then return timeline.period(series, line:clock(day)) end
  end
end

return parts
