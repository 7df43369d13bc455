// Compiles rules as kube-apiserver 1.34 does when a CustomResourceDefinition is created, runs them, and records what it
// makes of them.
//
//	go run . < ../recorded-rules.jsonl
//
// The first line is {"schema", "value"}, every further one {"rule"}: a rule at the schema, to be run over the value, with
// the value as the old one too where the rule says oldSelf. The output is the same with {"fault"} for what does not
// compile, else with {"cost"}, the estimate, and {"errors"}, the faults that a run found.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

type head struct {
	Schema json.RawMessage `json:"schema"`
	Value  json.RawMessage `json:"value"`
}

type recording struct {
	Rule   string   `json:"rule"`
	Fault  string   `json:"fault,omitempty"`
	Cost   *uint64  `json:"cost,omitempty"`
	Errors []string `json:"errors,omitempty"`
}

// The name of the type of self is another in every run.
var selfType = regexp.MustCompile(`selfType\d+[\w.@]*`)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func record(h head, line recording) recording {
	var external apiextensionsv1.JSONSchemaProps
	must(json.Unmarshal(h.Schema, &external))
	external.XValidations = apiextensionsv1.ValidationRules{{Rule: line.Rule}}
	var internal apiextensions.JSONSchemaProps
	must(apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&external, &internal, nil))
	structural, err := schema.NewStructural(&internal)
	must(err)
	environments := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion(), true)
	compiled, err := cel.Compile(structural, model.SchemaDeclType(structural, false), celconfig.PerCallLimit, environments, cel.NewExpressionsEnvLoader())
	must(err)
	result := recording{Rule: line.Rule}
	if compiled[0].Error != nil {
		result.Fault = selfType.ReplaceAllString(compiled[0].Error.Detail, "object")
		return result
	}
	result.Cost = &compiled[0].MaxCost
	var value, old any
	must(json.Unmarshal(h.Value, &value))
	value = integers(value)
	if strings.Contains(line.Rule, "oldSelf") {
		old = value
	}
	validator := cel.NewValidator(structural, false, celconfig.PerCallLimit)
	errors, _ := validator.Validate(context.TODO(), field.NewPath("x"), structural, value, old, celconfig.RuntimeCELCostBudget)
	for _, each := range errors {
		result.Errors = append(result.Errors, each.Error())
	}
	return result
}

// As Kubernetes reads JSON: whole numbers are integers.
func integers(value any) any {
	switch typed := value.(type) {
	case float64:
		if typed == float64(int64(typed)) {
			return int64(typed)
		}
	case []any:
		for i := range typed {
			typed[i] = integers(typed[i])
		}
	case map[string]any:
		for key := range typed {
			typed[key] = integers(typed[key])
		}
	}
	return value
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	lines.Scan()
	var h head
	must(json.Unmarshal(lines.Bytes(), &h))
	must(out.Encode(h))
	for lines.Scan() {
		var line recording
		must(json.Unmarshal(lines.Bytes(), &line))
		must(out.Encode(record(h, line)))
	}
}
