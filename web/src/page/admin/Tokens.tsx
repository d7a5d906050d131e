import { Button, Checkbox, Modal } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Act, Confirm } from "@/part/Confirm";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { type Column, List } from "@/part/List";
import { Loading } from "@/part/Loading";
import { Time, useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { NewToken } from "./NewToken";
import { NoRight, useMay } from "./right";

const t = text.admin;
const hour = 3_600_000; // so exactly is kept when a token was used
type Token = Schema["PartyToken"];

/** Tokens of people and tools: made, shown once, revoked. */
export function Tokens() {
  const may = useMay("administer");
  return may === undefined ? <Loading /> : may ? <All /> : <Own />;
}

/** Whoever may not see all tokens makes them for themselves alone. */
function Own() {
  const [making, setMaking] = useState(false);
  return (
    <>
      <NoRight to="administer" what={t.toSeeTokens} />
      <section className="card" aria-label={t.ownTokens}>
        <header>
          <h2 className="grow">{t.ownTokens}</h2>
          <Button leftSection={<Icon name="plus" />} onClick={() => setMaking(true)}>
            {t.newToken}
          </Button>
        </header>
        <div className="body ink2">{t.ownTokensDetail}</div>
      </section>
      <Making opened={making} close={() => setMaking(false)} />
    </>
  );
}

function Making({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title={t.newToken} size={520}>
      {opened ? <NewToken close={close} /> : null}
    </Modal>
  );
}

function All() {
  const cache = useQueryClient();
  const now = useNow();
  const [act, setAct] = useState<Act>();
  const [making, setMaking] = useState(false);
  const [ended, setEnded] = useState(false);
  const list = useInfiniteQuery({
    queryKey: ["tokens"],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/tokens", { params: { query: { limit: 500, ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  const over = (token: Token) => token.revokedAt !== undefined || (token.expiresAt !== undefined && new Date(token.expiresAt) <= now);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const rows = items.filter((token) => ended || !over(token)).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const revoke = (token: Token) =>
    setAct({
      title: t.revokeTitle(token.name),
      consequence: (
        <div className="stack close">
          <p>{t.revokeStops(token.actor.name, token.role, token.actor.kind)}</p>
          <p>
            {token.usedAt === undefined ? (
              t.revokeUnused
            ) : (
              <>
                {t.revokeUsed} {now.getTime() - Date.parse(token.usedAt) < hour ? t.withinHour : <Time at={token.usedAt} />}.
              </>
            )}{" "}
            {t.revokeForEver}
          </p>
        </div>
      ),
      verb: t.revokeVerb,
      safe: t.keep,
      ends: true,
      run: async () => {
        await ask(api.DELETE("/api/v1/tokens/{token}", { params: { path: { token: token.id } } }));
        await cache.invalidateQueries({ queryKey: ["tokens"] });
      },
    });
  const columns: Column<Token>[] = [
    {
      id: "name",
      header: t.token,
      width: "minmax(0, 2fr)",
      cell: ({ row: { original: token } }) => (
        <span className="stack tight">
          <span className="strong cut">{token.name}</span>
          <span className="second cut">
            {t.made} <Time at={token.createdAt} />, {t.by(token.createdBy.name)}
          </span>
        </span>
      ),
    },
    { id: "actor", header: t.actsAs, width: "minmax(0, 1fr)", cell: ({ row: { original: token } }) => <span title={t.actorKind(token.actor.kind)}>{token.actor.name}</span> },
    { id: "role", header: t.role, width: "minmax(0, 1fr)", cell: ({ row: { original: token } }) => token.role },
    {
      id: "used",
      header: t.used,
      width: "minmax(0, 1fr)",
      cell: ({ row: { original: token } }) => <span className="ink2">{token.usedAt === undefined ? t.neverUsed : now.getTime() - Date.parse(token.usedAt) < hour ? t.thisHour : <Time at={token.usedAt} as="age" />}</span>,
    },
    {
      id: "until",
      header: t.validUntil,
      width: "minmax(0, 1.2fr)",
      cell: ({ row: { original: token } }) => (
        <span className="ink2">
          {token.revokedAt !== undefined ? (
            <>
              {t.revoked} <Time at={token.revokedAt} />
            </>
          ) : token.expiresAt === undefined ? (
            t.forEver
          ) : (
            <Time at={token.expiresAt} />
          )}
        </span>
      ),
    },
    {
      id: "revoke",
      header: () => <span className="unseen">{t.revoke}</span>,
      width: "88px",
      cell: ({ row: { original: token } }) =>
        over(token) ? null : (
          <Button size="compact-sm" data-family="bad" onClick={() => revoke(token)} aria-label={`${t.revoke}: ${token.name}`}>
            {t.revoke}…
          </Button>
        ),
    },
  ];
  return (
    <section className="card" aria-label={t.tabs.tokens}>
      <header>
        <h2 className="grow">{t.tabs.tokens}</h2>
        <Checkbox label={t.showEnded} checked={ended} onChange={(event) => setEnded(event.currentTarget.checked)} />
        <Button leftSection={<Icon name="plus" />} onClick={() => setMaking(true)}>
          {t.newToken}
        </Button>
      </header>
      {list.error === null ? null : <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isPending ? (
        <Loading rows={4} />
      ) : (
        <List
          label={t.tabs.tokens}
          columns={columns}
          rows={rows}
          id={(token) => token.id}
          two
          more={list.hasNextPage}
          loadMore={() => void (list.isFetchingNextPage ? undefined : list.fetchNextPage())}
          empty={
            <Empty icon="licence" title={t.noTokens}>
              {t.noTokensDetail}
            </Empty>
          }
        />
      )}
      <Making opened={making} close={() => setMaking(false)} />
      <Confirm act={act} close={() => setAct(undefined)} />
    </section>
  );
}
