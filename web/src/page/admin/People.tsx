import { ActionIcon, Menu } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Act, Confirm } from "@/part/Confirm";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { type Column, List } from "@/part/List";
import { Loading } from "@/part/Loading";
import { SearchWord } from "@/part/Paged";
import { Button } from "@mantine/core";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { Documents, useDocuments } from "./Documents";
import { GiveCode } from "./GiveCode";
import { GiveRole } from "./GiveRole";
import { NewPerson } from "./NewPerson";
import { NoRight, useMay } from "./right";
import classes from "./admin.module.css";

const t = text.admin;
const route = getRouteApi("/admin/$tab");
type Account = Schema["AccountView"];

/** A person with what lets them in; either may be missing. */
export interface Row {
  name: string;
  fullName: string;
  mail: string;
  left: boolean;
  described: boolean;
  account: Account | undefined;
}

/** Everybody's account; known to those who may administer. */
function useAccounts() {
  return useQuery({
    queryKey: ["accounts"],
    queryFn: async () => {
      const all: Account[] = [];
      for (let cursor = ""; ; ) {
        const page = await ask(api.GET("/api/v1/accounts", { params: { query: { limit: 1000, ...(cursor === "" ? {} : { cursor }) } } }));
        all.push(...page.items);
        if (page.next === undefined) {
          return all;
        }
        cursor = page.next;
      }
    },
    enabled: useMay("administer") === true,
  });
}

/** People, groups, service accounts and delegations; to administrators also who may sign in. */
export function People() {
  return (
    <>
      <NoRight to="administer" what={t.toAdminister} />
      <Persons />
      <Documents kind="Group" line={(doc) => t.members((doc.spec as { members?: string[] }).members ?? [])} />
      <Documents kind="ServiceAccount" line={(doc) => t.answersFor((doc.spec as { owner?: string }).owner ?? "")} />
      <Documents kind="Delegation" line={(doc) => delegation(doc.spec as { from: string; to: string; begins: string; ends: string })} />
    </>
  );
}

const delegation = (spec: { from: string; to: string; begins: string; ends: string }) => t.delegated(spec.from, spec.to, spec.begins, spec.ends);

function rowsOf(documents: readonly Schema["DocumentView"][], accounts: readonly Account[]): Row[] {
  const rows = new Map<string, Row>();
  for (const doc of documents) {
    const spec = doc.spec as { fullName?: string; mail?: string; left?: boolean };
    rows.set(doc.name, { name: doc.name, fullName: spec.fullName ?? "", mail: spec.mail ?? "", left: spec.left === true, described: true, account: undefined });
  }
  for (const account of accounts) {
    const row = rows.get(account.person) ?? { name: account.person, fullName: "", mail: "", left: false, described: false, account };
    rows.set(account.person, { ...row, account });
  }
  return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function Persons() {
  const administers = useMay("administer") === true;
  const empowers = useMay("empower") === true;
  const { text: find = "" } = route.useSearch();
  const navigate = route.useNavigate();
  // The server finds: not only in what is loaded here.
  const people = useDocuments("Person", find);
  const accounts = useAccounts();
  const [making, setMaking] = useState(false);
  const [coding, setCoding] = useState<Row>();
  const [giving, setGiving] = useState<Row>();
  const [act, setAct] = useState<Act>();
  const error = people.error ?? accounts.error;
  const ready = people.items !== undefined && (!administers || accounts.data !== undefined);
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = rowsOf(people.items ?? [], accounts.data ?? []).filter((row) => row.described || words.every((word) => `${row.name} ${row.account?.role ?? ""}`.toLowerCase().includes(word)));
  const columns: Column<Row>[] = [
    {
      id: "name",
      header: t.person,
      width: "minmax(0, 2fr)",
      cell: ({ row: { original: row } }) => (
        <span className="stack tight">
          <span className="strong cut">{row.fullName === "" ? row.name : row.fullName}</span>
          <span className="second cut">
            {[row.fullName === "" ? "" : row.name, row.mail].filter(Boolean).join(", ")}
          </span>
        </span>
      ),
    },
    ...(administers
      ? ([
          { id: "role", header: t.role, width: "minmax(0, 1fr)", cell: ({ row: { original: row } }) => row.account?.role ?? <span className="ink3">{t.noRole}</span> },
          { id: "state", header: t.signIn, width: "minmax(0, 2fr)", cell: ({ row: { original: row } }) => <span className={canSignIn(row) ? "ink2" : "ink3"}>{stateOf(row)}</span> },
        ] satisfies Column<Row>[])
      : []),
    {
      id: "acts",
      header: () => <span className="unseen">{t.acts}</span>,
      width: "40px",
      cell: ({ row: { original: row } }) => (administers || empowers ? <Acts row={row} administers={administers} empowers={empowers} code={() => setCoding(row)} role={() => setGiving(row)} ask={setAct} /> : null),
    },
  ];
  return (
    <section className="card" aria-label={t.kinds.Person}>
      <header>
        <h2 className="grow">{t.kinds.Person}</h2>
        <SearchWord label={t.findPerson} width={220} value={find === "" ? undefined : find} set={(word) => void navigate({ search: word === undefined ? {} : { text: word }, replace: true })} />
        {empowers ? (
          <Button leftSection={<Icon name="plus" />} onClick={() => setMaking(true)}>
            {t.newOf.Person}
          </Button>
        ) : null}
      </header>
      {error === null ? null : <Failure error={error} retry={() => void Promise.all([people.refetch(), accounts.refetch()])} />}
      {!ready ? (
        error === null ? <Loading rows={4} /> : null
      ) : (
        <List
          label={t.kinds.Person}
          columns={columns}
          rows={rows}
          id={(row) => row.name}
          two
          more={people.hasNextPage}
          loadMore={() => void (people.isFetchingNextPage ? undefined : people.fetchNextPage())}
          empty={
            <Empty icon="people" title={find === "" ? t.noneOf.Person : t.nobodyFits(find)} {...(find === "" ? {} : { action: <LinkButton to="/admin/people">{t.clear}</LinkButton> })}>
              {find === "" ? t.aboutOf.Person : undefined}
            </Empty>
          }
        />
      )}
      {making ? <NewPerson close={() => setMaking(false)} /> : null}
      {coding === undefined ? null : <GiveCode row={coding} close={() => setCoding(undefined)} />}
      {giving === undefined ? null : <GiveRole row={giving} close={() => setGiving(undefined)} />}
      <Confirm act={act} close={() => setAct(undefined)} />
    </section>
  );
}

const canSignIn = (row: Row) => row.account !== undefined && !row.account.closed && !row.left;

/** Whether and how somebody can sign in, in words. */
function stateOf({ account, left }: Row): string {
  if (left) {
    return t.hasLeft;
  }
  if (account === undefined) {
    return t.noAccount;
  }
  if (account.closed) {
    return t.closed;
  }
  const code = account.codeUntil !== undefined && new Date(account.codeUntil) > new Date() ? t.codeOpen(account.codeBy?.name ?? "") : "";
  return [account.password ? t.passwordSet : t.passwordMissing, code].filter(Boolean).join(", ");
}

interface ActsProps {
  row: Row;
  administers: boolean;
  empowers: boolean;
  code: () => void;
  role: () => void;
  ask: (act: Act) => void;
}

/** What can be done with a person. */
function Acts({ row, administers, empowers, code, role, ask: confirm }: ActsProps) {
  const cache = useQueryClient();
  const navigate = route.useNavigate();
  const { name, account } = row;
  const changed = () => Promise.all(["accounts", "sessions", "roles"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
  const open = account !== undefined && !account.closed;
  const close = () =>
    confirm({
      title: t.closeTitle(name),
      consequence: t.closeDetail,
      verb: t.closeAccount,
      safe: t.keepOpen,
      reason: "wanted",
      ends: true,
      run: async (reason) => {
        await ask(api.PUT("/api/v1/accounts/{person}", { params: { path: { person: name } }, body: { closed: true, reason } }));
        await changed();
      },
    });
  const end = () =>
    confirm({
      title: t.endAllTitle(name),
      consequence: t.endAllDetail,
      verb: t.endAll,
      safe: t.keep,
      ends: true,
      run: async () => {
        await ask(api.DELETE("/api/v1/sessions", { params: { query: { person: name } } }));
        await changed();
      },
    });
  return (
    <Menu position="bottom-end" withInitialFocusPlaceholder={false} portalProps={{ target: "#page" }}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t.actsOn(name)} className={classes["dots"] ?? ""}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {administers && !row.left ? <Menu.Item onClick={code}>{account === undefined ? t.letIn : account.closed ? t.openAgain : t.makeCode}…</Menu.Item> : null}
        {administers && open ? <Menu.Item onClick={role}>{t.changeRole}…</Menu.Item> : null}
        {administers && open ? <Menu.Item onClick={end}>{t.endAll}…</Menu.Item> : null}
        {administers && open ? (
          <Menu.Item onClick={close} className="bad">
            {t.closeAccount}…
          </Menu.Item>
        ) : null}
        {empowers && row.described ? <Menu.Item onClick={() => void navigate({ to: `/admin/edit/Person/${encodeURIComponent(name)}` })}>{t.editDocument}</Menu.Item> : null}
      </Menu.Dropdown>
    </Menu>
  );
}
