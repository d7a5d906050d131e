import { problemOf } from "@/api/problem";
import { text } from "@/text";
import { Empty } from "./Empty";
import { Failure } from "./Failure";
import { PageButton } from "./PageButton";

interface Props {
  error: unknown;
  /** What the address names: "D-12", "booking-api". */
  name: string;
  /** Where all of its kind are listed. */
  list: "/deployments" | "/library" | "/models" | "/environments";
  /** Whether something of another kind may have this name, so that it is looked for. */
  elsewhere?: boolean;
  retry: () => void;
}

/** In the place of a page that cannot be shown: where what it is about does not exist, the ways on; any other error as it is. */
export function Missing({ error, name, list, elsewhere = true, retry }: Props) {
  const problem = problemOf(error);
  if (problem.code !== "not-found") {
    return <Failure error={error} retry={retry} />;
  }
  return (
    <div className="card">
      <Empty
        icon="search"
        title={problem.message}
        page
        action={
          <div className="row wrap">
            <PageButton variant="filled" to={list} search={{}}>
              {text.part.allOf[list]}
            </PageButton>
            {elsewhere ? (
              <PageButton to="/q/$id" params={{ id: name }}>
                {text.part.lookFor(name)}
              </PageButton>
            ) : null}
          </div>
        }
      >
        {elsewhere ? text.part.missingElsewhere : text.part.missing}
      </Empty>
    </div>
  );
}
