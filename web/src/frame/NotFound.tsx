import { Empty } from "@/part/Empty";
import { PageButton } from "@/part/PageButton";
import { text } from "@/text";
import { usePage } from "./page";

const f = text.frame;

export function NotFound() {
  usePage({ title: f.notFound, crumbs: [{ word: f.notFound }] });
  return (
    <div className="card">
      <Empty
        icon="search"
        title={f.notFound}
        page
        action={
          <PageButton to="/">{f.toStart}</PageButton>
        }
      >
        {f.notFoundDetail}
      </Empty>
    </div>
  );
}
