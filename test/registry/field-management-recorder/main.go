// Plays writes through the field manager of Kubernetes and records what it makes of them.
//
//	go run . < ../recorded-field-management.jsonl
//
// The first line is {"schema", "hasStatusSubresource"}, every further one a scenario: a list of steps
// {"operation": "apply" | "update", "manager", "subresource", "force", "object"}. The output is the same with a "result"
// in each step: {"object"} with its managedFields (times replaced by whether there was one), or {"message", "causes"}
// of the refusal.
package main

import (
	"encoding/json"
	"os"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

type step struct {
	Operation   string         `json:"operation"`
	Manager     string         `json:"manager"`
	Subresource string         `json:"subresource,omitempty"`
	Force       bool           `json:"force,omitempty"`
	Object      map[string]any `json:"object"`
	Result      map[string]any `json:"result"`
}

type recording struct {
	Schema               json.RawMessage `json:"schema"`
	HasStatusSubresource bool            `json:"hasStatusSubresource"`
}

var thing = schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Thing"}

// There is one version and nothing to default: objects are taken as they are.
type plain struct{}

func (plain) Convert(in, out, context any) error { return nil }
func (plain) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}
func (plain) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}
func (plain) Default(runtime.Object)                                   {}
func (plain) New(kind schema.GroupVersionKind) (runtime.Object, error) { return empty(), nil }

func empty() *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	object.SetGroupVersionKind(thing)
	return object
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func converter(r recording) managedfields.TypeConverter {
	var properties apiextensions.JSONSchemaProps
	must(json.Unmarshal(r.Schema, &properties))
	crd := &apiextensions.CustomResourceDefinition{}
	crd.Name = "things.example.com"
	crd.Spec.Group = thing.Group
	crd.Spec.Scope = apiextensions.NamespaceScoped
	crd.Spec.Names = apiextensions.CustomResourceDefinitionNames{Kind: "Thing", ListKind: "ThingList", Plural: "things", Singular: "thing"}
	crd.Spec.Versions = []apiextensions.CustomResourceDefinitionVersion{{
		Name: thing.Version, Served: true, Storage: true,
		Schema: &apiextensions.CustomResourceValidation{OpenAPIV3Schema: &properties},
	}}
	document, err := builder.BuildOpenAPIV3(crd, thing.Version, builder.Options{})
	must(err)
	result, err := managedfields.NewTypeConverter(document.Components.Schemas, false)
	must(err)
	return result
}

func manager(r recording, types managedfields.TypeConverter, subresource string) *managedfields.FieldManager {
	reset := map[fieldpath.APIVersion]*fieldpath.Set{}
	if subresource == "status" {
		reset["example.com/v1"] = fieldpath.NewSet(fieldpath.MakePathOrDie("spec"))
	} else if r.HasStatusSubresource {
		reset["example.com/v1"] = fieldpath.NewSet(fieldpath.MakePathOrDie("status"))
	}
	filters := fieldpath.NewExcludeFilterSetMap(reset)
	result, err := managedfields.NewDefaultCRDFieldManager(types, plain{}, plain{}, plain{}, thing, thing.GroupVersion(), subresource, filters)
	must(err)
	return result
}

// JSON numbers as a server reads them: integers where they are whole.
func integers(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		for field := range typed {
			typed[field] = integers(typed[field])
		}
	case []any:
		for index := range typed {
			typed[index] = integers(typed[index])
		}
	case float64:
		if typed == float64(int64(typed)) {
			return int64(typed)
		}
	}
	return value
}

func refusal(err error) map[string]any {
	result := map[string]any{"message": err.Error()}
	if status, ok := err.(*errors.StatusError); ok && status.Status().Details != nil {
		result["causes"] = status.Status().Details.Causes
	}
	return result
}

// The object as a document of its own, with its entries' times told but not kept.
func recorded(object *unstructured.Unstructured) map[string]any {
	var copied map[string]any
	text, err := json.Marshal(object.Object)
	must(err)
	must(json.Unmarshal(text, &copied))
	metadata := copied["metadata"].(map[string]any)
	delete(metadata, "uid")
	entries, _ := metadata["managedFields"].([]any)
	for _, entry := range entries {
		fields := entry.(map[string]any)
		_, timed := fields["time"]
		fields["time"] = timed
	}
	return map[string]any{"object": copied}
}

func play(r recording, types managedfields.TypeConverter, scenario []step) {
	live := empty()
	for index, each := range scenario {
		sent := &unstructured.Unstructured{Object: integers(runtime.DeepCopyJSON(integers(each.Object).(map[string]any))).(map[string]any)}
		fields := manager(r, types, each.Subresource)
		var made runtime.Object
		var err error
		if each.Operation == "apply" {
			made, err = fields.Apply(live.DeepCopy(), sent, each.Manager, each.Force)
		} else {
			made, err = fields.Update(live.DeepCopy(), sent, each.Manager)
		}
		if err != nil {
			scenario[index].Result = refusal(err)
			continue
		}
		live = made.(*unstructured.Unstructured)
		scenario[index].Result = recorded(live)
		// An object with a uid exists: its books, once wiped, stay so until it is applied.
		live.SetUID("1")
	}
}

func main() {
	in := json.NewDecoder(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	var r recording
	must(in.Decode(&r))
	must(out.Encode(r))
	types := converter(r)
	for in.More() {
		var scenario []step
		must(in.Decode(&scenario))
		play(r, types, scenario)
		must(out.Encode(scenario))
	}
}
