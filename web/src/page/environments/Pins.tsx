import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Act, Confirm } from "@/part/Confirm";
import { Copy } from "@/part/Copy";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { type Column, List, RowLink } from "@/part/List";
import { Loading } from "@/part/Loading";
import { Said } from "@/part/Said";
import { Time } from "@/part/Time";
import { text } from "@/text";

const t = text.environments;
type Pin = Schema["JourneyPin"];

/** Which versions are kept out of an environment, and why. */
export function Pins({ environment }: { environment: string }) {
  const [act, setAct] = useState<Act>();
  const list = useQuery({
    queryKey: ["pins", { environment }],
    queryFn: () => ask(api.GET("/api/v1/pins", { params: { query: { environment, limit: 1000 } } })),
  });
  if (list.error !== null) {
    return <Failure error={list.error} retry={() => void list.refetch()} />;
  }
  const lift = (pin: Pin) =>
    setAct({
      title: t.liftTitle(`${pin.component} ${pin.version}`, environment),
      consequence: t.liftDetail,
      verb: t.lift,
      reason: "needed",
      safe: t.keepPin,
      undo: {
        done: t.lifted(`${pin.component} ${pin.version}`, environment),
        run: () => ask(api.POST("/api/v1/pins", { body: { component: pin.component, environment, version: pin.version, reason: pin.why } })),
      },
      run: (reason) => ask(api.POST("/api/v1/pins/lift", { body: { component: pin.component, environment, version: pin.version, reason } })),
    });
  const columns: Column<Pin>[] = [
    { id: "component", header: t.component, width: "minmax(0, 1fr)", cell: ({ row: { original: pin } }) => <RowLink to={`/library/${pin.component}`}>{pin.component}</RowLink> },
    { id: "version", header: t.version, width: "minmax(0, 1fr)", cell: ({ row: { original: pin } }) => <code>{pin.version}</code> },
    { id: "why", header: t.why, width: "minmax(0, 2fr)", cell: ({ row: { original: pin } }) => <span title={pin.why}><Said plain words={pin.why} /></span> },
    {
      id: "by",
      header: t.by,
      width: "minmax(0, 1fr)",
      cell: ({ row: { original: pin } }) => (
        <span className="ink2">
          {pin.by.name}, <Time at={pin.at} />
        </span>
      ),
    },
    {
      id: "lift",
      header: t.lift,
      width: "90px",
      cell: ({ row: { original: pin } }) => (
        <Button size="compact-sm" onClick={() => lift(pin)}>
          {t.lift}…
        </Button>
      ),
    },
  ];
  return (
    <div className="card">
      {list.data === undefined ? (
        <Loading rows={3} />
      ) : (
        <List
          label={t.tabs.pins}
          columns={columns}
          rows={list.data.items}
          id={(pin) => `${pin.component}@${pin.version}`}
          empty={
            <Empty icon="pin" title={t.noPins} action={<Copy value={`tranship pin COMPONENT VERSION --in ${environment} --reason WHY`} />}>
              {t.noPinsDetail}
            </Empty>
          }
        />
      )}
      <Confirm act={act} close={() => setAct(undefined)} />
    </div>
  );
}
