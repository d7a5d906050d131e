import "@xyflow/react/dist/base.css";
import { useMediaQuery } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow, type Edge } from "@xyflow/react";
import type { Schema } from "@/api/client";
import { milliseconds, took } from "@/part/moment";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { type ModelSpec, type Stage, strategyWords } from "./model";
import classes from "./models.module.css";

const t = text.models;
type Outcome = Schema["ModelOutcome"];
interface Data extends Record<string, unknown> {
  stage: Stage;
  number: number;
  result: Outcome | undefined;
  down: boolean;
}
type StageNode = Node<Data, "stage">;

const width = 236;
const height = 176;

/** The flow as a graph, in the order that the model gives; on a phone from top to bottom. */
export function Flow({ spec, results }: { spec: ModelSpec; results: Schema["ModelResults"] | undefined }) {
  const down = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const flow = spec.flow ?? [];
  const nodes: StageNode[] = flow.map((stage, i) => ({
    id: stage.environment,
    type: "stage",
    position: down ? { x: 0, y: i * (height + 76) } : { x: i * (width + 120), y: 0 },
    data: { stage, number: i + 1, result: results?.environments.find((e) => e.environment === stage.environment), down },
    draggable: false,
    selectable: false,
    width,
    height,
  }));
  const edges: Edge[] = flow.slice(1).map((stage, i) => {
    const before = flow[i];
    const demands = before?.quality?.map((q) => t.quality(q.suite)).join(", ");
    return {
      id: `${before?.environment ?? ""} ${stage.environment}`,
      source: before?.environment ?? "",
      target: stage.environment,
      type: "straight",
      focusable: false,
      markerEnd: { type: MarkerType.ArrowClosed, color: "var(--ts-control)", width: 18, height: 18 },
      labelBgPadding: [8, 4],
      labelBgBorderRadius: 5,
      ...(demands === undefined || demands === "" ? {} : { label: demands }),
    };
  });
  const size = down ? { height: flow.length * (height + 76) - 60 } : { height: height + 16, width: flow.length * (width + 120) - 104 };
  return (
    <div className={classes["flow"]} tabIndex={0} role="group" aria-label={t.flow}>
      <div style={size}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={kinds}
          defaultViewport={{ x: 8, y: 8, zoom: 1 }}
          minZoom={1}
          maxZoom={1}
          panOnDrag={false}
          panOnScroll={false}
          zoomOnScroll={false}
          zoomOnPinch={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          proOptions={{ hideAttribution: true }}
        />
      </div>
    </div>
  );
}

function StageBox({ data: { stage, number, result, down } }: NodeProps<StageNode>) {
  const ended = result === undefined ? 0 : result.succeeded + result.failed + result.remediated;
  const [kind = "", ...rest] = strategyWords(stage.strategy);
  return (
    <div className={classes["stage"]}>
      <Handle type="target" position={down ? Position.Top : Position.Left} isConnectable={false} className={classes["handle"]} />
      <header>
        <Link to="/environments/$environment" params={{ environment: stage.environment }} className="strong cut">
          {stage.environment}
        </Link>
        <span className="second">{t.stageNumber(number)}</span>
      </header>
      <div className={classes["how"]}>
        <span>{kind}</span>
        {rest.map((word) => (
          <span key={word} className="second">
            {word}
          </span>
        ))}
      </div>
      <footer>
        {ended === 0 ? (
          <span className="ink3">{t.never}</span>
        ) : (
          <span className="row" title={t.endedTitle(result?.succeeded ?? 0, ended)}>
            <span className={result?.succeeded === ended ? "good" : "warn"}>
              <Icon name={result?.succeeded === ended ? "tick" : "triangle"} size={14} />
            </span>
            <span className="strong">{t.ended(result?.succeeded ?? 0, ended)}</span>
          </span>
        )}
        {result?.took === undefined ? null : <span className="second">{took(milliseconds(result.took))}</span>}
      </footer>
      <Handle type="source" position={down ? Position.Bottom : Position.Right} isConnectable={false} className={classes["handle"]} />
    </div>
  );
}

const kinds = { stage: StageBox };
