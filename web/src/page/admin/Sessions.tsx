import { Button } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Act, Confirm } from "@/part/Confirm";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { type Column, List } from "@/part/List";
import { Loading } from "@/part/Loading";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { agentName } from "./agent";
import { NoRight, useMay } from "./right";

const t = text.admin;
type Session = Schema["OpenSession"];

/** Who is signed in with a browser: to administrators everybody, to others themselves. */
export function Sessions() {
  const administers = useMay("administer");
  if (administers === undefined) {
    return <Loading />;
  }
  return (
    <>
      <NoRight to="administer" what={t.toSeeSessions} />
      <Open everybody={administers} />
    </>
  );
}

function Open({ everybody }: { everybody: boolean }) {
  const cache = useQueryClient();
  const [act, setAct] = useState<Act>();
  const list = useInfiniteQuery({
    queryKey: ["sessions", { everybody }],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/sessions", { params: { query: { limit: 500, ...(everybody ? { person: "*" } : {}), ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  const rows = (list.data?.pages.flatMap((page) => page.items) ?? []).filter((session) => !session.over).sort((a, b) => a.person.localeCompare(b.person) || b.usedAt.localeCompare(a.usedAt));
  const end = (session: Session) =>
    setAct({
      title: session.current ? t.endMineTitle : t.endTitle(session.person),
      consequence: session.current ? t.endMineDetail : t.endDetail,
      verb: t.endVerb,
      safe: t.keep,
      ends: true,
      run: async () => {
        await ask(api.DELETE("/api/v1/sessions/{session}", { params: { path: { session: session.id } } }));
        await cache.invalidateQueries({ queryKey: ["sessions"] });
      },
    });
  const columns: Column<Session>[] = [
    {
      id: "person",
      header: t.person,
      width: "minmax(0, 1.4fr)",
      cell: ({ row: { original: session } }) => (
        <span className="strong">
          {session.person} {session.current ? <span className="second">{t.thisOne}</span> : null}
        </span>
      ),
    },
    {
      id: "begun",
      header: t.signedIn,
      width: "minmax(0, 1.6fr)",
      cell: ({ row: { original: session } }) => (
        <span className="ink2">
          <Time at={session.begunAt} /> {t.way[session.way]}
        </span>
      ),
    },
    { id: "used", header: t.used, width: "minmax(0, 1fr)", cell: ({ row: { original: session } }) => <span className="ink2"><Time at={session.usedAt} as="age" /></span> },
    { id: "ends", header: t.ends, width: "minmax(0, 1fr)", cell: ({ row: { original: session } }) => <span className="ink2"><Time at={session.endsAt} /></span> },
    {
      id: "from",
      header: t.from,
      width: "minmax(0, 1.6fr)",
      cell: ({ row: { original: session } }) => (
        <span className="ink2" title={session.agent}>
          <code>{session.address}</code> {agentName(session.agent ?? "")}
        </span>
      ),
    },
    {
      id: "end",
      header: () => <span className="unseen">{t.end}</span>,
      width: "72px",
      cell: ({ row: { original: session } }) => (
        <Button size="compact-sm" data-family="bad" onClick={() => end(session)} aria-label={`${t.end}: ${session.person}, ${t.way[session.way]}`}>
          {t.end}…
        </Button>
      ),
    },
  ];
  return (
    <section className="card" aria-label={t.tabs.sessions}>
      {list.error === null ? null : <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isPending ? (
        <Loading rows={3} />
      ) : (
        <List
          label={t.tabs.sessions}
          columns={columns}
          rows={rows}
          id={(session) => session.id}
          more={list.hasNextPage}
          loadMore={() => void (list.isFetchingNextPage ? undefined : list.fetchNextPage())}
          empty={<Empty icon="people" title={t.noSessions} />}
        />
      )}
      <Confirm act={act} close={() => setAct(undefined)} />
    </section>
  );
}
