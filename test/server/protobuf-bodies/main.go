// Writes bodies.json: objects as the Go clients encode them, each with what their JSON encoder makes of it.
// Run in this folder: go run . > bodies.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	authn "k8s.io/api/authentication/v1"
	authz "k8s.io/api/authorization/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	coord "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	events "k8s.io/api/events/v1"
	ext "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	pb "k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

type row struct {
	Name, Hex string
	Object    json.RawMessage
}

func p[T any](v T) *T { return &v }

func main() {
	sch := runtime.NewScheme()
	s := pb.NewSerializer(sch, sch)
	var out []row
	add := func(name, av, kind string, o runtime.Object) {
		gv, _ := schema.ParseGroupVersion(av)
		o.GetObjectKind().SetGroupVersionKind(gv.WithKind(kind))
		var b bytes.Buffer
		if err := s.Encode(o, &b); err != nil {
			panic(err)
		}
		j, err := json.Marshal(o)
		if err != nil {
			panic(err)
		}
		out = append(out, row{name, fmt.Sprintf("%x", b.Bytes()), j})
	}
	t := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	mt := metav1.NewMicroTime(time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC))
	om := metav1.ObjectMeta{Name: "web", GenerateName: "w-", Namespace: "default", UID: "u-1", ResourceVersion: "42", Generation: 3,
		CreationTimestamp: t, DeletionTimestamp: &t, DeletionGracePeriodSeconds: p(int64(0)),
		Labels: map[string]string{"app": "web", "empty": ""}, Annotations: map[string]string{"__proto__": "harmless"},
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "o", UID: "u-0", Controller: p(true), BlockOwnerDeletion: p(false)}},
		Finalizers:      []string{"example.com/keep"},
		ManagedFields:   []metav1.ManagedFieldsEntry{{Manager: "kubectl", Operation: "Update", APIVersion: "v1", Time: &t, FieldsType: "FieldsV1", FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:data":{".":{},"f:a":{}}}`)}}}}
	nm := metav1.ObjectMeta{Name: "web", Namespace: "default"}
	add("a namespace", "v1", "Namespace", &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team"}, Spec: core.NamespaceSpec{Finalizers: []core.FinalizerName{"kubernetes"}}, Status: core.NamespaceStatus{Phase: "Active", Conditions: []core.NamespaceCondition{{Type: "NamespaceDeletionContentFailure", Status: "False", LastTransitionTime: t, Reason: "ContentDeleted", Message: "all gone"}}}})
	add("a secret with all metadata", "v1", "Secret", &core.Secret{ObjectMeta: om, Data: map[string][]byte{"a": {0, 1, 2, 255}, "empty": {}}, StringData: map[string]string{"b": "ü"}, Type: "Opaque", Immutable: p(false)})
	add("a config map", "v1", "ConfigMap", &core.ConfigMap{ObjectMeta: nm, Data: map[string]string{"k": "v"}, BinaryData: map[string][]byte{"b": []byte("hello")}, Immutable: p(true)})
	add("a core event", "v1", "Event", &core.Event{ObjectMeta: nm, InvolvedObject: core.ObjectReference{Kind: "Workload", Namespace: "default", Name: "web", UID: "u", APIVersion: "compute.datumapis.com/v1alpha", ResourceVersion: "7", FieldPath: "spec"}, Reason: "Ready", Message: "it is", Source: core.EventSource{Component: "c", Host: "h"}, FirstTimestamp: t, LastTimestamp: t, Count: 3, Type: "Normal", EventTime: mt, Series: &core.EventSeries{Count: 2, LastObservedTime: mt}, Action: "Act", Related: &core.ObjectReference{Name: "r"}, ReportingController: "rc", ReportingInstance: "ri"})
	add("an event", "events.k8s.io/v1", "Event", &events.Event{ObjectMeta: nm, EventTime: mt, Series: &events.EventSeries{Count: 2, LastObservedTime: mt}, ReportingController: "rc", ReportingInstance: "ri", Action: "Act", Reason: "R", Regarding: core.ObjectReference{Kind: "Workload", Name: "web"}, Related: &core.ObjectReference{Name: "r"}, Note: "n", Type: "Warning", DeprecatedSource: core.EventSource{Component: "c"}, DeprecatedFirstTimestamp: t, DeprecatedLastTimestamp: t, DeprecatedCount: 4})
	add("a lease", "coordination.k8s.io/v1", "Lease", &coord.Lease{ObjectMeta: nm, Spec: coord.LeaseSpec{HolderIdentity: p("me"), LeaseDurationSeconds: p(int32(15)), AcquireTime: &mt, RenewTime: &mt, LeaseTransitions: p(int32(0)), Strategy: p(coord.CoordinatedLeaseStrategy("OldestEmulationVersion")), PreferredHolder: p("you")}})
	add("a review of oneself", "authentication.k8s.io/v1", "SelfSubjectReview", &authn.SelfSubjectReview{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: t}, Status: authn.SelfSubjectReviewStatus{UserInfo: authn.UserInfo{Username: "dev", UID: "1", Groups: []string{"a", "b"}, Extra: map[string]authn.ExtraValue{"scopes": {"x", "y"}}}}})
	add("a token review", "authentication.k8s.io/v1", "TokenReview", &authn.TokenReview{Spec: authn.TokenReviewSpec{Token: "t", Audiences: []string{"a"}}, Status: authn.TokenReviewStatus{Authenticated: true, User: authn.UserInfo{Username: "dev"}, Audiences: []string{"a"}, Error: "e"}})
	ra := &authz.ResourceAttributes{Namespace: "default", Verb: "get", Group: "compute.datumapis.com", Version: "*", Resource: "workloads", Subresource: "status", Name: "web", FieldSelector: &authz.FieldSelectorAttributes{RawSelector: "a=b"}, LabelSelector: &authz.LabelSelectorAttributes{Requirements: []metav1.LabelSelectorRequirement{{Key: "k", Operator: "In", Values: []string{"v"}}}}}
	add("a review of one's own access", "authorization.k8s.io/v1", "SelfSubjectAccessReview", &authz.SelfSubjectAccessReview{Spec: authz.SelfSubjectAccessReviewSpec{ResourceAttributes: ra}, Status: authz.SubjectAccessReviewStatus{Allowed: true, Reason: "r"}})
	add("a review of one's own access to a path", "authorization.k8s.io/v1", "SelfSubjectAccessReview", &authz.SelfSubjectAccessReview{Spec: authz.SelfSubjectAccessReviewSpec{NonResourceAttributes: &authz.NonResourceAttributes{Path: "/healthz", Verb: "get"}}})
	add("an access review", "authorization.k8s.io/v1", "SubjectAccessReview", &authz.SubjectAccessReview{Spec: authz.SubjectAccessReviewSpec{ResourceAttributes: ra, User: "u", Groups: []string{"g"}, Extra: map[string]authz.ExtraValue{"e": {"1"}}, UID: "uid"}, Status: authz.SubjectAccessReviewStatus{Denied: true, EvaluationError: "e"}})
	add("a local access review", "authorization.k8s.io/v1", "LocalSubjectAccessReview", &authz.LocalSubjectAccessReview{ObjectMeta: metav1.ObjectMeta{Namespace: "default"}, Spec: authz.SubjectAccessReviewSpec{ResourceAttributes: &authz.ResourceAttributes{Verb: "list"}, User: "u"}})
	add("a rules review", "authorization.k8s.io/v1", "SelfSubjectRulesReview", &authz.SelfSubjectRulesReview{Spec: authz.SelfSubjectRulesReviewSpec{Namespace: "default"}, Status: authz.SubjectRulesReviewStatus{ResourceRules: []authz.ResourceRule{{Verbs: []string{"*"}, APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{"n"}}}, NonResourceRules: []authz.NonResourceRule{{Verbs: []string{"get"}, NonResourceURLs: []string{"/x"}}}, Incomplete: true, EvaluationError: "e"}})
	add("options of a delete", "coordination.k8s.io/v1", "DeleteOptions", &metav1.DeleteOptions{GracePeriodSeconds: p(int64(0)), Preconditions: &metav1.Preconditions{UID: p(om.UID), ResourceVersion: p("4")}, OrphanDependents: p(false), PropagationPolicy: p(metav1.DeletePropagationForeground), DryRun: []string{"All"}})
	add("a scale", "autoscaling/v1", "Scale", &autoscaling.Scale{ObjectMeta: nm, Spec: autoscaling.ScaleSpec{Replicas: 3}, Status: autoscaling.ScaleStatus{Replicas: 1, Selector: "a=b"}})
	sp := ext.JSONSchemaProps{Description: "d", Type: "object", Required: []string{"spec"}, Properties: map[string]ext.JSONSchemaProps{
		"spec": {Type: "object", AdditionalProperties: &ext.JSONSchemaPropsOrBool{Schema: &ext.JSONSchemaProps{Type: "string", MaxLength: p(int64(0))}}},
		"list": {Type: "array", Items: &ext.JSONSchemaPropsOrArray{Schema: &ext.JSONSchemaProps{Type: "integer", Format: "int32", Minimum: p(-1.5), Maximum: p(0.0), ExclusiveMaximum: true, Default: &ext.JSON{Raw: []byte("-1")}, Enum: []ext.JSON{{Raw: []byte("1")}, {Raw: []byte(`"a"`)}}}}, XListType: p("map"), XListMapKeys: []string{"name"}, MinItems: p(int64(1))},
		"any":  {XPreserveUnknownFields: p(true), Nullable: true, AdditionalProperties: &ext.JSONSchemaPropsOrBool{Allows: true}},
		"port": {XIntOrString: true, AnyOf: []ext.JSONSchemaProps{{Type: "integer"}, {Type: "string"}}, Not: &ext.JSONSchemaProps{Enum: []ext.JSON{{Raw: []byte("0")}}}},
		"rule": {Type: "string", Pattern: "^a", XValidations: ext.ValidationRules{{Rule: "self == oldSelf", Message: "m", Reason: p(ext.FieldValueInvalid), FieldPath: ".x", OptionalOldSelf: p(true)}}},
	}}
	add("a custom resource definition", "apiextensions.k8s.io/v1", "CustomResourceDefinition", &ext.CustomResourceDefinition{ObjectMeta: metav1.ObjectMeta{Name: "things.example.com"}, Spec: ext.CustomResourceDefinitionSpec{Group: "example.com", Names: ext.CustomResourceDefinitionNames{Plural: "things", Singular: "thing", ShortNames: []string{"t"}, Kind: "Thing", ListKind: "ThingList", Categories: []string{"all"}}, Scope: "Namespaced", Conversion: &ext.CustomResourceConversion{Strategy: "None"},
		Versions: []ext.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: false, Deprecated: true, DeprecationWarning: p("w"), Schema: &ext.CustomResourceValidation{OpenAPIV3Schema: &sp}, Subresources: &ext.CustomResourceSubresources{Status: &ext.CustomResourceSubresourceStatus{}, Scale: &ext.CustomResourceSubresourceScale{SpecReplicasPath: ".spec.replicas", StatusReplicasPath: ".status.replicas", LabelSelectorPath: p(".s")}}, AdditionalPrinterColumns: []ext.CustomResourceColumnDefinition{{Name: "N", Type: "string", Format: "f", Description: "d", Priority: 1, JSONPath: ".spec"}}, SelectableFields: []ext.SelectableField{{JSONPath: ".spec.x"}}}}},
		Status: ext.CustomResourceDefinitionStatus{Conditions: []ext.CustomResourceDefinitionCondition{{Type: "Established", Status: "True", LastTransitionTime: t, Reason: "r", Message: "m"}}, AcceptedNames: ext.CustomResourceDefinitionNames{Plural: "things", Kind: "Thing"}, StoredVersions: []string{"v1"}}})
	fmt.Println("[")
	for i, r := range out {
		j, _ := json.Marshal(map[string]any{"name": r.Name, "body": r.Hex, "object": r.Object})
		c := ","
		if i == len(out)-1 {
			c = ""
		}
		fmt.Println("  " + string(j) + c)
	}
	fmt.Println("]")
}
