import { api, ask } from "@/api/client";
import type { Act } from "@/part/Confirm";
import { text } from "@/text";
import type { Place, Version } from "./query";

const t = text.library;

export interface VersionAct extends Act {
  main?: boolean;
}

/** What may be done with a version in its state, and what it will leave where. */
export function actsOf(v: Version, places: readonly Place[]): VersionAct[] {
  const path = { component: v.component, version: v.version };
  const what = `${v.component} ${v.version}`;
  const standing = places.filter((place) => place.version === v.version);
  const stays = standing.length === 0 ? t.isNowhere : t.staysOn(standing.map((place) => t.placeCount(place.targets, place.environment)).join(", "));
  const back = (to: "admit" | "quarantine", done: string) => ({
    done,
    run: () => ask(api.POST(`/api/v1/components/{component}/versions/{version}/${to}`, { params: { path }, body: { reason: text.part.undoing(done) } })),
  });
  const admit: VersionAct = {
    title: t.admitTitle(what),
    consequence: t.admitDetail,
    verb: t.admit,
    reason: "needed",
    safe: t.keep,
    main: true,
    // One that was withdrawn does not become withdrawn again by a slip: that is said anew.
    ...(v.state === "quarantined" ? { undo: back("quarantine", t.admitted(what)) } : {}),
    run: (reason) => ask(api.POST("/api/v1/components/{component}/versions/{version}/admit", { params: { path }, body: { reason } })),
  };
  const quarantine: VersionAct = {
    title: t.quarantineTitle(what),
    consequence: `${t.quarantineDetail} ${stays}`,
    verb: t.quarantine,
    reason: "needed",
    undo: back("admit", t.quarantined(what)),
    safe: t.keep,
    run: (reason) => ask(api.POST("/api/v1/components/{component}/versions/{version}/quarantine", { params: { path }, body: { reason } })),
  };
  const withdraw: VersionAct = {
    title: t.withdrawTitle(what),
    consequence: `${t.withdrawDetail} ${stays}`,
    verb: t.withdraw,
    reason: "needed",
    ends: true,
    safe: t.keep,
    // Where it stands somewhere, what follows is of more than this page: the version is typed.
    ...(standing.length === 0 ? {} : { type: v.version }),
    run: (reason) => ask(api.POST("/api/v1/components/{component}/versions/{version}/withdraw", { params: { path }, body: { reason } })),
  };
  switch (v.state) {
    case "quarantined":
      return [admit, withdraw];
    case "admitted":
      return [quarantine, withdraw];
    case "withdrawn":
      return [admit];
    default:
      return [];
  }
}
