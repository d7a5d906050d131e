package plan

import (
	"fmt"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// FillSecrets gives a step's inputs as plain values: executors call it just
// before the driver. secret gives the value of a secret, or an error that names
// what is missing. With itself is not changed.
func FillSecrets(with map[string]any, secret func(name string) (string, error)) (map[string]any, error) {
	if with == nil {
		return nil, nil
	}
	filled := make(map[string]any, len(with))
	for name, value := range with {
		plain, err := fillSecret(value, secret)
		if err != nil {
			return nil, fmt.Errorf("input %s: %w", name, err)
		}
		filled[name] = plain
	}
	return filled, nil
}

func fillSecret(value any, secret func(string) (string, error)) (any, error) {
	var err error
	switch v := value.(type) {
	case string:
		text, err := model.ParseText(v)
		if err != nil {
			return nil, err
		}
		return text.Resolve(func(name string) (string, error) {
			if !isSecret(name) {
				return "", practice.Faultf(practice.Refused, "reference ${%s} was not filled in when the plan was made", name).Final()
			}
			return secret(name[len(model.RefSecret):])
		})
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			if list[i], err = fillSecret(element, secret); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		return FillSecrets(v, secret)
	}
	return value, nil
}
