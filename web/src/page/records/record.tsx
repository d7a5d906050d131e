import { getRouteApi } from "@tanstack/react-router";
import { usePage } from "@/frame/page";
import { text } from "@/text";
import { One } from "./One";
import { Subject } from "./Subject";

const route = getRouteApi("/records/$record");

/** An entry by its number, or all of a deployment. */
export function RecordPage() {
  const { record } = route.useParams();
  const number = /^\d+$/.test(record);
  const title = number ? text.records.number(Number(record)) : text.records.record(record);
  usePage({ title, crumbs: [{ word: text.records.title, to: "/records" }, { word: title }] });
  return number ? <One index={Number(record)} /> : <Subject id={record.toUpperCase()} />;
}
