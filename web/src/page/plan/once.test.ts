import { describe, expect, it } from "vitest";
import { tellsUntil, untold } from "./once";

const freeze = {
  rule: "freeze",
  severity: "needs-waiver" as const,
  ref: "freeze/ledger-close",
  with: { kind: "Freeze", name: "ledger-close", revision: 1 },
  holds: true,
  message: "hard freeze ledger-close holds from 2026-11-22 02:26 UTC to 2026-11-25 02:26 UTC: live-1",
  path: "environment live -> freeze ledger-close",
  until: "2026-11-25T02:26:00Z",
};
const told = { gate: "freeze", message: `${freeze.message} (${freeze.path})` };
const votes = { gate: "approval", message: "1 of 1 approval of booking-operations missing" };

describe("what stands among the conflicts", () => {
  it("is not said again as a reason for waiting", () => {
    expect(untold([votes, told], [freeze])).toEqual([votes]);
    // The time of a window has moved on since the reason was written: its path says that it is the same.
    const outside = { ...freeze, message: "from 03:31 outside window evenings", path: "environment staging -> window evenings" };
    expect(untold([{ gate: "maintenance window", message: "from 03:30 outside window evenings (environment staging -> window evenings)" }], [outside])).toEqual([]);
  });
  it("leaves every reason that no conflict tells, or tells no more", () => {
    expect(untold([votes, told], [])).toEqual([votes, told]);
    expect(untold([told], [{ ...freeze, waived: "W-1" }])).toEqual([told]);
    expect(untold([told], [{ ...freeze, holds: false }])).toEqual([told]);
    expect(untold([told], [{ ...freeze, path: "environment test -> freeze other", message: "another" }])).toEqual([told]);
  });
  it("says its end once", () => {
    const clock = { now: new Date("2026-11-24T02:00:00Z"), zone: "UTC" };
    expect(tellsUntil(freeze, clock)).toBe(true);
    expect(tellsUntil({ ...freeze, message: "holds from 2026-11-22 04:26 Europe/Helsinki to 2026-11-25 04:26 Europe/Helsinki" }, clock)).toBe(true);
    expect(tellsUntil({ ...freeze, until: "2026-11-26T02:26:00Z" }, clock)).toBe(false);
    expect(tellsUntil({ message: "web-1 is booked" }, clock)).toBe(true);
  });
});
