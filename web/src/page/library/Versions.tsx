import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Copy, digestShort } from "@/part/Copy";
import { Empty } from "@/part/Empty";
import { type Column, RowLink } from "@/part/List";
import { Paged } from "@/part/Paged";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { stateOf, version as states } from "@/vocabulary/state";
import { StateMark } from "@/vocabulary/StateMark";
import classes from "./library.module.css";
import { originPath, placesQuery, type Version, versionsQuery } from "./query";

const t = text.library;

/** The versions of a component, the newest first, and in which environments each is. */
export function Versions({ component, chosen, add }: { component: string; chosen: string | undefined; add: () => void }) {
  const list = useInfiniteQuery(versionsQuery(component));
  const places = useQuery(placesQuery(component)).data;
  const where = useMemo(() => {
    const found = new Map<string, string[]>();
    for (const place of places ?? []) {
      found.set(place.version, [...(found.get(place.version) ?? []), place.environment]);
    }
    return found;
  }, [places]);
  const columns = useMemo(() => columnsWith(component, where), [component, where]);
  return (
    <Paged
      list={list}
      rows={5}
      label={t.versions}
      columns={columns}
      id={(v) => v.version}
      to={(v) => originPath(component, v.version)}
      chosen={chosen}
      empty={
        <Empty icon="tray" title={t.noVersionTitle} action={<Ways component={component} add={add} />}>
          {t.noVersionDetail}
        </Empty>
      }
    />
  );
}

/** Both ways in: from here, and by a command. */
function Ways({ component, add }: { component: string; add: () => void }) {
  return (
    <div className={`stack close ${classes["ways"] ?? ""}`}>
      <div>
        <Button onClick={add} variant="filled">
          {t.add}
        </Button>
      </div>
      <Copy value={t.pushCommand(component)} />
    </div>
  );
}

function columnsWith(component: string, where: ReadonlyMap<string, readonly string[]>): Column<Version>[] {
  return [
    {
      id: "version",
      header: t.version,
      width: "minmax(96px, 1fr)",
      cell: ({ row: { original: v } }) => (
        <span className="mono cut">
          <RowLink to={originPath(component, v.version)}>{v.version}</RowLink>
        </span>
      ),
    },
    { id: "state", header: t.state, width: "124px", cell: ({ row: { original: v } }) => <StateMark state={stateOf(states, v.state)} /> },
    {
      id: "where",
      header: t.where,
      width: "minmax(0, 1.1fr)",
      cell: ({ row: { original: v } }) => {
        const places = where.get(v.version) ?? [];
        return places.length === 0 ? <span className="ink3 desk">–</span> : <span title={places.join(", ")}>{places.join(", ")}</span>;
      },
    },
    { id: "note", header: t.note, width: "minmax(0, 2fr)", cell: ({ row: { original: v } }) => <span className="ink2" title={v.stateWhy}>{v.stateWhy}</span> },
    {
      id: "since",
      header: t.since,
      width: "minmax(0, 1.3fr)",
      cell: ({ row: { original: v } }) => (
        <span className="ink2">
          <Time at={v.stateAt} />, {v.stateBy.name}
        </span>
      ),
    },
    {
      id: "digest",
      header: t.digest,
      width: "112px",
      cell: ({ row: { original: v } }) => (
        <code className="ink2" title={v.digest}>
          {digestShort(v.digest).replace("sha256:", "")}
        </code>
      ),
    },
  ];
}
