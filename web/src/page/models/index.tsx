import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, ask } from "@/api/client";
import { usePage } from "@/frame/page";
import { Empty } from "@/part/Empty";
import { LinkButton } from "@/part/LinkButton";
import { type Column, RowLink } from "@/part/List";
import { after, Paged, paged, SearchWord } from "@/part/Paged";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import type { ModelSpec } from "./model";
import type { ModelDocument } from "./query";

const t = text.models;
const route = getRouteApi("/models");

/** Every model, by name: through which environments it goes, and who answers for it. */
export function Models() {
  usePage({ title: t.title, crumbs: [{ word: t.title }] });
  const { text: word = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({
    queryKey: ["documents", "Model"],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Model" }, query: { limit: 200, ...after(pageParam) } } })),
    ...paged,
  });
  const fits = (d: ModelDocument) => word === "" || JSON.stringify([d.name, specOf(d).owner, specOf(d).flow?.map((s) => s.environment)]).toLowerCase().includes(word.toLowerCase());
  return (
    <div className="stack">
      <div className="row wrap between">
        <div className="stack tight">
          <h1>{t.title}</h1>
          <span className="ink2">{t.lead}</span>
        </div>
        <LinkButton to="/models/new" leftSection={<Icon name="plus" size={14} />}>
          {t.new}
        </LinkButton>
      </div>
      <SearchWord label={t.find} width={260} value={word === "" ? undefined : word} set={(next) => void navigate({ search: { text: next }, replace: true })} />
      <Paged list={list} rows={6} label={t.title} columns={columns} id={(d) => d.name} to={(d) => `/models/${d.name}`} two keep={fits} empty={<Nothing filtered={list.data?.pages[0]?.items.length !== 0} />} />
    </div>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Empty icon="filter" title={t.noMatch} action={<LinkButton to="/models">{t.clear}</LinkButton>} />
  ) : (
    <Empty icon="model" title={t.emptyTitle} action={<LinkButton to="/models/new" variant="filled">{t.new}</LinkButton>}>
      {t.emptyDetail}
    </Empty>
  );
}

const specOf = (d: ModelDocument) => d.spec as ModelSpec;

const columns: Column<ModelDocument>[] = [
  {
    id: "name",
    header: t.model,
    width: "minmax(0, 2fr)",
    cell: ({ row: { original: d } }) => (
      <div className="stack tight">
        <span className="cut">
          <RowLink to={`/models/${d.name}`}>{d.name}</RowLink>
        </span>
        <span className="second cut">{specOf(d).description}</span>
      </div>
    ),
  },
  { id: "flow", header: t.flow, width: "minmax(0, 2fr)", cell: ({ row: { original: d } }) => <span className="cut">{(specOf(d).flow ?? []).map((stage) => stage.environment).join(" → ")}</span> },
  { id: "owner", header: t.owner, width: "minmax(0, 1fr)", cell: ({ row: { original: d } }) => <span className="ink2">{specOf(d).owner}</span> },
  { id: "revision", header: t.revision, width: "84px", cell: ({ row: { original: d } }) => <span className="ink2">{d.revision}</span> },
  {
    id: "since",
    header: t.since,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: d } }) => (
      <span className="ink2">
        <Time at={d.at} />, {d.by.name}
      </span>
    ),
  },
];
