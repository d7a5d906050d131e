package plan

import (
	"fmt"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// FillSecrets gives a step's inputs as plain values: executors call it just
// before the driver. secret gives the value of a secret, or an error that names
// what is missing; errors begin with the input, "with.argv[0]". With itself is
// not changed.
func FillSecrets(with map[string]any, secret func(name string) (string, error)) (map[string]any, error) {
	filled, err := fillSecret("with", with, secret)
	if err != nil || filled == nil {
		return nil, err
	}
	return filled.(map[string]any), nil
}

func fillSecret(path string, value any, secret func(string) (string, error)) (any, error) {
	var err error
	switch v := value.(type) {
	case string:
		plain, err := fillText(v, secret)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return plain, nil
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			if list[i], err = fillSecret(fmt.Sprintf("%s[%d]", path, i), element, secret); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		if v == nil {
			return nil, nil
		}
		fields := make(map[string]any, len(v))
		for name, element := range v {
			if fields[name], err = fillSecret(path+"."+name, element, secret); err != nil {
				return nil, err
			}
		}
		return fields, nil
	}
	return value, nil
}

func fillText(text string, secret func(string) (string, error)) (string, error) {
	parsed, err := model.ParseText(text)
	if err != nil {
		return "", err
	}
	return parsed.Resolve(func(name string) (string, error) {
		if !isSecret(name) {
			return "", practice.Faultf(practice.Refused, "reference ${%s} was not filled in when the plan was made", name).Final()
		}
		return secret(name[len(model.RefSecret):])
	})
}
