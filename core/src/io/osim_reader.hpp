#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coxa/muscle/model.hpp"

#include "io/osim_document.hpp"

namespace coxa {

/// State of reading one OpenSim document into a Model.
class OsimReader : private OsimDocument {
 public:
  OsimReader(const xml_node& model, std::string file) : OsimDocument(model, std::move(file)) {}

  Model read(std::string sha256);

 private:
  struct Frame {
    std::string name;
    int body = -1;    // index into bodies_ once resolved
    int parent = -1;  // index into frames_, of an offset frame
    Pose X_PF{};      // in the parent frame
    Pose X_BF{};      // in the body, once resolved
    bool resolved = false;
    std::string path;
    xml_node node;
  };
  struct JointRecord {
    xml_node node;
    std::string path;
  };

  // osim_bodies.cpp: bodies, the frames on them and the markers
  void read_bodies();
  void collect_frame(const xml_node& node, const std::string& path, int body, int depth);
  void collect_frames_in(const xml_node& list, const std::string& path, int depth);
  int frame_at(const xml_node& owner, const std::string& path, const char* socket);
  void resolve_frames();
  void sort_bodies();
  void read_markers();

  // osim_joints.cpp: joints, their coordinates and the couplings between these
  void read_joints();
  void read_joint(const JointRecord& joint);
  void read_coordinates(const xml_node& joint, int expected);
  Vec3 read_direction(const pugi::xml_node& node, int axis);
  int coordinate_of_axis(const pugi::xml_node& node, int first);
  void read_custom_axes(const xml_node& joint, int first_coordinate, Body& body);
  int coordinate_named(const xml_node& at, std::string name);
  void read_constraints();

  // osim_paths.cpp: wrap cylinders and the paths of muscles
  void read_wraps();
  PathPoint read_point(const xml_node& node, const std::string& path);
  Path read_path(const xml_node& node, const std::string& path);

  // osim_muscles.cpp: forces, which are muscles with their curves and actuators, and their groups
  void read_forces();
  void read_muscle(const xml_node& node, const std::string& path);
  void read_given(double& value, const pugi::xml_node& at, const char* child);
  ActiveForceLengthParameters read_active_curve(const pugi::xml_node& muscle);
  ForceVelocityParameters read_velocity_curve(const pugi::xml_node& muscle);
  PassiveForceLengthParameters read_passive_curve(const pugi::xml_node& muscle);
  TendonForceLengthParameters read_tendon_curve(const pugi::xml_node& muscle);
  MuscleCurves read_curves(const xml_node& node);
  void all_or_none(const xml_node& node, const char* a, const char* b, const char* c);
  void read_actuator(const xml_node& node);
  void read_groups(const xml_node& groups);

  std::vector<Frame> frames_;
  std::map<std::string, int> frame_by_path_;
  std::vector<Body> bodies_;
  std::vector<Coordinate> coordinates_;
  std::vector<Coupling> couplings_;
  std::vector<Site> sites_;
  std::vector<WrapCylinder> cylinders_;
  std::vector<Muscle> muscles_;
  std::vector<Actuator> actuators_;  // coordinate indices refer to the full set until the end
  std::vector<MuscleGroup> groups_;
  CurveCache curves_;
  std::string unbounded_;  // names of actuators without finite bounds
  std::vector<std::string> warnings_;
};

}  // namespace coxa
