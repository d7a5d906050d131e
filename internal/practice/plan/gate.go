package plan

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
)

// refusal gives the error of closed verdicts, each reason as a problem; nil when all are open.
func refusal(verdict practice.Verdict, format string, args ...any) error {
	if verdict.Open {
		return nil
	}
	refused := practice.Faultf(practice.Refused, format, args...)
	for _, r := range verdict.Reasons {
		refused.Problems = append(refused.Problems, practice.Problem{Message: r.Message, Hint: r.How})
	}
	return refused
}

func modelApplies(in Input) error {
	verdict := practice.Pass()
	for _, item := range in.Items {
		verdict = practice.And(verdict, in.Model.Spec.AppliesTo.Judge(item.Component))
	}
	return refusal(verdict, "model %s does not apply to %s", in.Model.Name, in.Release)
}

func inFlow(in Input) error {
	if in.Model.Spec.StageFor(in.Environment.Name) >= 0 {
		return nil
	}
	var flow []string
	for _, stage := range in.Model.Spec.Flow {
		flow = append(flow, stage.Environment)
	}
	refused := practice.Faultf(practice.Refused, "environment %s is not in the flow of model %s: %s",
		in.Environment.Name, in.Model.Name, strings.Join(flow, " -> "))
	if near := model.Nearest(in.Environment.Name, flow); near != "" {
		return refused.WithHint("did you mean %s?", near)
	}
	return refused.WithHint("choose one of them, or add %s to the flow", in.Environment.Name)
}

func environmentOpen(in Input) error {
	return refusal(in.Environment.Verdict, "nothing may be deployed into %s", in.Environment.Name)
}

func admitted(in Input) error {
	if in.Direction != Install {
		return nil // a removal needs no media; a restore asks about what it brings back: see goalsAdmitted
	}
	demand := DemandOf(in.Model.Spec)
	verdict := practice.Pass()
	for _, item := range in.Items {
		verdict = practice.And(verdict, library.Admission(item.Component, item.Version, demand))
	}
	return refusal(verdict, "%s may not be deployed", in.Release)
}

// DemandOf gives what a model asks of versions beyond what their components ask.
func DemandOf(spec model.Spec) library.Demand {
	return library.Demand{
		Signed: slices.Contains(spec.Checks.Component, model.CheckSigned),
		Origin: slices.Contains(spec.Checks.Component, model.CheckOrigin),
	}
}

func proceduresExist(in Input) error {
	var problems []practice.Problem
	for _, item := range in.Items {
		if in.Model.Spec.ProcedureFor(item.Component.Spec.Kind) < 0 {
			problems = append(problems, practice.Problem{
				Path:    "spec.procedures",
				Message: fmt.Sprintf("there is none for %s, which component %s is", item.Component.Spec.Kind, item.Component.Name),
			})
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return &practice.Error{
		Code: practice.Refused, Problems: problems,
		Message: fmt.Sprintf("model %s does not say how %s is deployed", in.Model.Name, in.Release),
		Hint:    "add the procedures to the model, or use another model",
	}
}
